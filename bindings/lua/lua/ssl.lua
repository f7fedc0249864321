-- The module "ssl", as programs written for LuaSec load it, on libxmpptls.
-- Put this file's directory first in LUA_PATH to use it; take it out again to go back.
-- SPDX-License-Identifier: MIT OR Apache-2.0
return require "xmpptls.luasec"

-- "ssl.config" for programs that load it before "ssl": without this file they would get another library's part.
-- SPDX-License-Identifier: MIT OR Apache-2.0
return require "xmpptls.luasec".config

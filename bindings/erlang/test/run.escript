#!/usr/bin/env escript
%%! +sbtu -kernel logger_level error
%% Runs the tests: run.escript EBIN DROPIN_EBIN TESTS [MODULE ...]
%% eunit for every *_tests, PropEr for every *_prop. Says how many passed, and fails if one did not.

main([Ebin, Dropin, Tests | Only]) ->
    true = code:add_patha(Ebin),
    true = code:add_patha(Dropin),
    true = code:add_patha(Tests),
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- filelib:wildcard(filename:join(Tests, "*.beam"))],
    Wanted = [Module || Module <- Modules, Only =:= [] orelse lists:member(atom_to_list(Module), Only)],
    Units = [Module || Module <- Wanted, ends_with(Module, "_tests")],
    Properties = [Module || Module <- Wanted, ends_with(Module, "_prop")],
    Results = [eunit(Module) || Module <- Units] ++ [properties(Module) || Module <- Properties],
    Failed = [Module || {Module, failed} <- Results],
    io:format("~b modules, ~b failed~s~n", [length(Results), length(Failed), [[" ", atom_to_list(Module)] || Module <- Failed]]),
    halt(case Failed =:= [] andalso Results =/= [] of true -> 0; false -> 1 end).

ends_with(Module, Tail) ->
    lists:suffix(Tail, atom_to_list(Module)).

eunit(Module) ->
    io:format("~s~n", [Module]),
    {Module, case eunit:test(Module, []) of ok -> passed; _ -> failed end}.

properties(Module) ->
    io:format("~s~n", [Module]),
    {Module, case proper:module(Module, [{numtests, 200}, long_result]) of [] -> passed; _ -> failed end}.

#!/usr/bin/env escript
%% Completes an application file with the modules that lie beside it: SOURCE TARGET.
main([Source, Target]) ->
    {ok, [{application, Name, Keys}]} = file:consult(Source),
    Beams = filelib:wildcard(filename:join(filename:dirname(Target), "*.beam")),
    Modules = [list_to_atom(filename:basename(Beam, ".beam")) || Beam <- Beams],
    Complete = {application, Name, lists:keystore(modules, 1, Keys, {modules, Modules})},
    ok = file:write_file(Target, io_lib:format("~p.~n", [Complete])).

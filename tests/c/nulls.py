#!/usr/bin/env python3
"""Writes a C program that calls every function of the header with NULL and zero for all it takes.

   nulls.py PREPROCESSED-HEADER >nulls.c

Twice each: with no place for outputs, and with one. Nothing may crash. A result is a failure and says which by its error
object; a handle output is NULL afterwards; text and bytes have a place even when empty; nothing else is given.
"""
import re
import sys

DECLARATION = re.compile(r"([A-Za-z_][\w ]*?[ *]+)(xmpp_tls_\w+) ?\(([^()]*)\);")


def functions(text):
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", " ".join(text.split()))
    left = set(re.findall(r"\b(xmpp_tls_\w+) ?\(", text)) - {name for _, name, _ in DECLARATION.findall(text)}
    if left:
        sys.exit(f"nulls.py cannot read the declarations of {', '.join(sorted(left))}")
    for returned, name, parameters in DECLARATION.findall(text):
        if returned.split()[0] in ("typedef", "extern"):
            continue
        given = [] if parameters.strip() == "void" else [parameter.strip() for parameter in parameters.split(",")]
        yield returned.strip(), name, [re.fullmatch(r"(.*?)(\w+)", parameter).groups() for parameter in given]


def call(returned, name, parameters, outputs):
    lines, arguments = [], []
    for kind, parameter in parameters:
        kind = kind.strip()
        if parameter == "error_out":
            lines.append("xmpp_tls_error *error = NULL;")
            arguments.append("&error")
        elif outputs and parameter.endswith("_out") and kind.endswith("*"):
            pointee = kind[:-1].strip()
            start = "(void *)&storage" if pointee.endswith("*") else "{0}"
            lines.append(f"{pointee} {parameter}{'' if pointee.endswith('*') else '[1]'} = {start};")
            arguments.append(f"&{parameter}" if pointee.endswith("*") else parameter)
        else:
            arguments.append("NULL" if kind.endswith("*") else "0")
    call = f"{name}({', '.join(arguments)})"
    has_error = any(parameter == "error_out" for _, parameter in parameters)
    if returned == "xmpp_tls_result":
        lines.append(f"xmpp_tls_result result = {call};")
        lines.append(f'if (result == XMPP_TLS_OK && !may_succeed("{name}")) printf("{name}\\n");')
        lines.append(f'CHECK(result != XMPP_TLS_OK || may_succeed("{name}"));')
        if has_error:
            lines.append("IS(xmpp_tls_error_code(error), result);")
    elif returned in ("xmpp_tls_str", "xmpp_tls_bytes"):
        lines.append(f"{returned} lent = {call};")
        lines.append("CHECK(lent.data != NULL);")
    elif returned.endswith("*"):
        lines.append(f"CHECK({call} == NULL);")
    elif returned == "void":
        lines.append(f"{call};")
    else:
        lines.append(f"(void){call};")
    if has_error:
        lines.append("xmpp_tls_error_free(error);")
    for kind, parameter in parameters:
        kind = kind.strip()
        if outputs and parameter.endswith("_out") and parameter != "error_out" and kind.endswith("*"):
            if not kind[:-1].strip().endswith("*"):
                lines.append(f"(void){parameter};")
            elif returned == "xmpp_tls_result":
                handle = re.sub(r"^const ", "", kind[:-1].strip()).rstrip("* ")
                lines.append(f"CHECK({parameter} == NULL || result == XMPP_TLS_OK);")
                lines.append(f"if (result == XMPP_TLS_OK) {handle}_free({parameter});")
    return "    {\n" + "".join(f"        {line}\n" for line in lines) + "    }\n"


def main():
    found = sorted(functions(open(sys.argv[1], encoding="utf-8").read()), key=lambda function: function[1])
    print('#include "check.h"\n')
    print("/* What needs no input: the makers of what is empty, and a hash over an empty list. */")
    print("static int may_succeed(const char *name) {")
    print("    size_t length = strlen(name);")
    print('    return (length > 12 && strcmp(name + length - 12, "_builder_new") == 0 && strstr(name, "policy") == NULL) ||')
    print('           strcmp(name, "xmpp_tls_error_code") == 0 || strcmp(name, "xmpp_tls_dialback_requests_new") == 0 ||')
    print('           strcmp(name, "xmpp_tls_external_decode_authzid") == 0;')
    print("}\n")
    print("static int storage;\n")
    for returned, name, parameters in found:
        print(f"static void {name[9:]}_takes_nothing(void) {{\n    (void)storage;")
        for outputs in (False, True):
            print(call(returned, name, parameters, outputs), end="")
        print("}\n")
    print("int main(void) {")
    for _, name, _ in found:
        print(f"    RUN({name[9:]}_takes_nothing);")
    print("    return check_end();\n}")


main()

"""schema: a violation of the kind's JSON Schema."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Fix, Put, Rule


class Schema(Rule):
    """The document does not fit the JSON Schema that is generated from the definition of its
    kind: a wrong type, a missing field, a pattern.

    In a YAML manifest a number or boolean where text belongs is no violation, because dispatch
    makes text of it; `ambiguous-scalar` reports where that text is another. A missing field is
    not reported where a misspelled one stands for it.
    """

    name = "schema"
    summary = "the document does not fit the schema of its kind"
    question = "kind-field"
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\ntimeout: 30\nsecrets:\n"),
        Example("kind: Driver\nname: t\ntype: t\nconfig: [{key: seconds, value: 2}]\n"),
    )
    invalid = (
        Example(
            'kind: Function\nname: hello\nimage: nodejs\ntimeout: "30"\n',
            (("/timeout", '"timeout" must be an integer, not the text "30"'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\ntimeout: 30\n",
        ),
        Example(
            "kind: Function\nname: hello\n",
            (("", 'the required field "image" is missing'),),
        ),
        Example(
            "kind: Secret\nname: a\ntags: {role: test}\n",
            (("/tags", '"tags" must be a list, not a mapping'),),
        ),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\nspec: CREAT\n",
            (("/spec", '"CREAT" is not one of "CONFIGURE", "CREATE", "DELETE"; '
              'did you mean "CREATE"?'),),
            fixed="kind: Image\nname: a\nbaseImageName: b\nspec: CREATE\n",
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        for error in entity.schema_errors:
            if error.missing:
                subject = (*error.path, error.missing)
                yield Finding(error.path, error.message, subject=subject, on="key",
                              help=f"add {error.missing}")  # fmt: skip
            elif error.path == ("kind",) and entity.written_kind:
                continue  # unknown-kind and ignored-document report kinds
            else:
                fix = None
                if error.better is not None:
                    change = Put(error.path, error.better)
                    message = f"write {error.better}"
                    fix = Fix("safe" if error.sure else "unsafe", message, (change,))
                yield Finding(error.path, error.message, on=error.on, help=error.help, fix=fix)

"""schema: a violation of the kind's JSON Schema."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule
from dispatch_lint.schema.validation import schema_errors


class Schema(Rule):
    """The document does not fit the JSON Schema that is generated from the definition of its
    kind: a wrong type, a missing field, a pattern.

    In a YAML manifest a number or boolean where text belongs is no violation, because dispatch
    makes text of it; `ambiguous-scalar` speaks up where it makes another text. A missing field
    is not reported where a misspelled one stands for it.
    """

    name = "schema"
    summary = "the document does not fit the schema of its kind"
    reads_content = False
    question = "kind-field"
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\ntimeout: 30\nsecrets:\n"),
        Example("kind: Driver\nname: t\ntype: t\nconfig: [{key: seconds, value: 2}]\n"),
    )
    invalid = (
        Example(
            'kind: Function\nname: hello\nimage: nodejs\ntimeout: "30"\n',
            (("/timeout", '"timeout" has to be an integer, not the text "30"'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\ntimeout: 30\n",
        ),
        Example(
            "kind: Function\nname: hello\n",
            (("", 'the required field "image" is missing'),),
        ),
        Example(
            "kind: Secret\nname: a\ntags: {role: test}\n",
            (("/tags", '"tags" has to be a list, not a mapping'),),
        ),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\nspec: CREAT\n",
            (("/spec", '"CREAT" is none of "CONFIGURE", "CREATE", "DELETE"; '
              'did you mean "CREATE"?'),),
            fixed="kind: Image\nname: a\nbaseImageName: b\nspec: CREATE\n",
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        for error in schema_errors(document.schema, document.entity):
            if error.path == ("kind",) and document.written_kind and not error.missing:
                continue  # unknown-kind and ignored-document speak about kinds
            slip = document.renamed.get(error.path)
            if slip is not None and slip.lower() != str(error.path[-1]).lower():
                continue  # what the slip was meant to be is a guess
            if error.missing:
                subject = (*error.path, error.missing)
                yield Finding(error.path, error.message, subject=subject, on="key",
                              help=f"add {error.missing}")  # fmt: skip
            else:
                fix = None
                if error.better is not None:
                    said = Put(error.path, error.better)
                    fix = Fix("safe" if error.sure else "unsafe", f"write {error.better}", (said,))
                yield Finding(error.path, error.message, on=error.on, help=error.help, fix=fix)

"""approved-image: what is READY runs on approved images."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Reference, Rule, stored

FUNCTION = "kind: Function\nname: f\nimage: i\nstatus: READY\n"
MESSAGE = 'the Image "i" has no tag approved'


class ApprovedImage(Rule):
    """An Image gets the tag `approved` when its packages have been looked through."""

    name = "approved-image"
    summary = "a READY Function on an Image without the tag approved"
    valid = (
        Example(FUNCTION),
        Example(FUNCTION, store=stored("Image", name="i", tags={"approved": "yes"})),
        Example(FUNCTION.replace("READY", "CREATING"), store=stored("Image", name="i")),
    )
    invalid = (
        Example(FUNCTION, (("/image", MESSAGE),), store=stored("Image", name="i")),
        Example(f"{FUNCTION}---\nkind: Image\nname: i\nbaseImageName: b\n", (("/image", MESSAGE),)),
    )

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        entity, target = reference.entity, reference.target
        if target is None or target.kind != "Image" or "approved" in target.tags:
            return
        if entity.kind == "Function" and entity.status == "READY":
            message = f'the Image "{target.name}" has no tag approved'
            yield Finding(reference.path, message, related=((target, "it is here"),))

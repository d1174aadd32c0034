"""A story for pages whose markup is what is tested."""

STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The foreign ministers of both countries met in the capital to talk of the border.",
        "They agreed to reopen the two embassies, which had been closed since 3 March 2021.",
        "“We have turned a page,” the host said, and his guest invited him to return the visit.",
    )
)

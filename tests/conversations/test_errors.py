"""What errors say of themselves."""

from __future__ import annotations

from conversations.errors import DeliveryFailed, NameTaken, StaleReview


def test_an_error_without_words_says_what_its_class_means() -> None:
    assert str(StaleReview()).startswith("The review changed")
    assert str(NameTaken("Claims Copilot")) == "Claims Copilot"


def test_a_delivery_that_failed_says_whether_to_try_again() -> None:
    failed = DeliveryFailed(retry_after_seconds=3)

    assert (failed.retry_after_seconds, failed.permanent, failed.unknown) == (3, False, False)
    assert str(failed) == "The platform did not take the message."

"""What Slack's refusals mean for a delivery. Pure; the codes are data, and only here is one turned into a failure.

A code that is not listed is no reason to give a message up at once: see `to_failure`.
"""

from __future__ import annotations

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.failures import LATER_SECONDS, UNRECOGNISED_SECONDS, Refused, retry_after
from conversations.errors import DeliveryFailed

UNANSWERED = (SlackApiError, ClientError, TimeoutError)  # what a call raises that was not answered as hoped

# https://docs.slack.dev/apis/web-api/rate-limits
RATE = frozenset({"ratelimited", "rate_limited"})

# Nothing can be said in this place: https://docs.slack.dev/reference/methods/chat.postMessage and chat.postEphemeral,
# chat.update (is_inactive), conversations.open (method_…), conversations.replies (thread_not_found)
PLACE = frozenset(
    {
        "cannot_reply_to_message",
        "channel_not_found",
        "invalid_thread_ts",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "method_not_supported_for_channel_type",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "thread_locked",
        "thread_not_found",
        "user_not_in_channel",
    }
)

# Nothing can be said to this person: https://docs.slack.dev/reference/methods/conversations.open
PERSON = frozenset({"cannot_dm_bot", "invalid_user_combination", "user_disabled", "user_not_found", "user_not_visible"})

# The message that was to be changed is gone, or can no longer be changed:
# https://docs.slack.dev/reference/methods/chat.update
LOST = frozenset({"block_mismatch", "cant_update_message", "edit_window_closed", "message_not_found"})

# What we sent cannot be taken; the same pages, views.update, views.publish, and what every method may answer
CONTENT = frozenset(
    {
        "bad_timestamp",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "json_not_object",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "method_deprecated",
        "missing_post_type",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_enabled",  # the app has no Home tab
        "not_found",  # a view that was closed
        "not_reactable",
        "too_many_attachments",
        "too_many_emoji",
        "too_many_reactions",
        "view_too_large",
    }
)
PERMANENT = PLACE | PERSON | LOST | CONTENT

# The whole workspace is closed to us, until somebody there opens it again; what every method may answer
WORKSPACE = frozenset(
    {
        "accesslimited",
        "account_inactive",
        "app_access_restricted",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "external_channel_migrating",
        "forbidden_team",
        "invalid_auth",
        "message_limit_exceeded",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "team_added_to_org",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)

# "It's possible some aspect of the operation succeeded"; and a duplicate of what we do not know of
UNKNOWN = frozenset(
    {
        "duplicate_channel_not_found",
        "duplicate_message_not_found",
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "update_failed",
    }
)


def to_failure(error: SlackApiError | ClientError | TimeoutError, *, patient: bool = True) -> DeliveryFailed:
    """What became of a call that raised this.

    A code that nobody here has heard of says that nothing was sent, not that nothing ever can be: Slack adds codes,
    and some come with an incident and go with it. To give up at once would take a whole review back where it is the
    root card's; to wait for ever would hold a thread. So the caller says whether it is still `patient`.
    """
    if isinstance(error, SlackApiError):
        return _refusal(error, patient=patient)
    before_anything_was_sent = isinstance(error, ClientConnectorError | ConnectionTimeoutError)
    return DeliveryFailed(unknown=not before_anything_was_sent)


def _refusal(error: SlackApiError, *, patient: bool) -> DeliveryFailed:
    response = error.response
    if not isinstance(response, AsyncSlackResponse):  # no JSON: whoever answered, it was not Slack's method
        return DeliveryFailed(unknown=True)
    code = code_of(error)
    if response.status_code == 429 or code in RATE:
        return Refused("ratelimited", retry_after_seconds=retry_after(response.headers.get("Retry-After")))
    if response.status_code >= 500 or code in UNKNOWN:
        return Refused(code, unknown=True)
    if code in WORKSPACE:
        return Refused(code, retry_after_seconds=LATER_SECONDS)
    if code in PERMANENT or not patient:
        return Refused(code, permanent=True, unreachable=code in PERSON)
    return Refused(code, retry_after_seconds=UNRECOGNISED_SECONDS)


def code_of(error: Exception) -> str:
    """Slack's own code, empty where it gave none, or was not reached."""
    answered = error.response if isinstance(error, SlackApiError) else None
    told = answered.data if isinstance(answered, AsyncSlackResponse) else None
    return str(told.get("error", "")) if isinstance(told, dict) else ""

"""Pidge through the official Python library: one JSON line a step, {"step", "value"} or {"step", "error"}.

Usage: walk.py ORIGIN ACCOUNT_SID AUTH_TOKEN. The library is left as it is; only its HTTP client is told another host.
"""
import datetime
import json
import re
import sys
import time

from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ORIGIN, SID, TOKEN = sys.argv[1:4]
PHONE, NUMBER = "+12025550133", "+12025550100"


class Here(TwilioHttpClient):
    def request(self, method, url, *rest, **named):
        return super().request(method, re.sub(r"^https://[^/]+", ORIGIN, url), *rest, **named)


client = Client(SID, TOKEN, http_client=Here())


def properties(instance):
    """Reads every property, so that one that the library cannot read breaks the step."""
    kind = type(instance)
    names = [name for name in dir(kind) if not name.startswith("_") and isinstance(getattr(kind, name), property)]
    return {name: getattr(instance, name) for name in names}


def told(value):
    return value if isinstance(value, (str, int, float, bool, list, dict, type(None))) else str(value)


def step(name, act):
    line = {"step": name}
    try:
        line["value"] = act()
    except TwilioRestException as error:
        line["error"] = {"status": error.status, "code": error.code, "message": error.msg}
    except Exception as error:  # Whatever the library itself stumbles over is what this is about.
        line["error"] = {"message": f"{type(error).__name__}: {error}"}
    print(json.dumps(line, default=told), flush=True)
    return line.get("value")


def send(**named):
    return client.messages.create(to=PHONE, **{"from_": NUMBER, "body": "Hi", **named})


def delivered(sid):
    for _ in range(200):
        message = client.messages(sid).fetch()
        if message.status == "delivered":
            return properties(message)
        time.sleep(0.05)
    raise RuntimeError("never delivered")


def later():
    return datetime.datetime.utcnow() + datetime.timedelta(hours=1)


sid = step("create", lambda: properties(send(provide_feedback=True)))["sid"]
step("fetch", lambda: delivered(sid))
step("feedback", lambda: properties(client.messages(sid).feedback.create(outcome="confirmed")))
step("list", lambda: [one.sid for one in client.messages.list(to=PHONE, date_sent=datetime.date.today(), limit=5)])
step("other texts", lambda: send(body="héllo 😀 日本").body)
step("stream", lambda: len([one.sid for one in client.messages.stream(page_size=1, limit=2)]))
step("next page", lambda: len(list(client.messages.page(page_size=1).next_page())))
step("media", lambda: client.messages(sid).media.list())
step("redact", lambda: client.messages(sid).update(body="").body)
step("delete", lambda: client.messages(sid).delete())
step("fetch what is gone", lambda: client.messages(sid).fetch())
service = step("service", lambda: properties(client.messaging.services.create(friendly_name="python")))["sid"]
number = step("number", lambda: properties(client.incoming_phone_numbers.list(phone_number=NUMBER)[0]))["sid"]
step("pool", lambda: properties(client.messaging.services(service).phone_numbers.create(phone_number_sid=number)))
scheduled = step(
    "schedule",
    lambda: properties(
        client.messages.create(
            to=PHONE, messaging_service_sid=service, body="later", schedule_type="fixed", send_at=later()
        )
    ),
)
step("cancel", lambda: client.messages(scheduled["sid"]).update(status="canceled").status)
step("send by service", lambda: client.messages.create(to=PHONE, messaging_service_sid=service, body="now").status)
step("update service", lambda: client.messaging.services(service).update(validity_period=100).validity_period)
step("alpha sender", lambda: properties(client.messaging.services(service).alpha_senders.create(alpha_sender="ACME")))
step("short codes", lambda: [properties(one)["short_code"] for one in client.short_codes.list()])
step("account", lambda: properties(client.api.account.fetch())["status"])
step("subaccount", lambda: client.api.accounts.create(friendly_name="sub").friendly_name)
step("balance", lambda: properties(client.balance.fetch())["currency"])
step("key", lambda: len(client.new_keys.create(friendly_name="key").secret))
step("keys", lambda: [properties(one)["friendly_name"] for one in client.keys.list()])
step("application", lambda: properties(client.applications.create(friendly_name="app"))["friendly_name"])
step("available", lambda: len([properties(one) for one in client.available_phone_numbers("US").local.list(limit=2)]))
step("lookup", lambda: properties(client.lookups.phone_numbers(PHONE).fetch())["national_format"])
step("usage", lambda: len([properties(one) for one in client.usage.records.list(category="sms-outbound", limit=1)]))
step(
    "trigger",
    lambda: properties(
        client.usage.triggers.create(
            callback_url="http://localhost/t", trigger_value="100", usage_category="sms"
        )
    )["usage_category"],
)
step("alerts", lambda: client.monitor.alerts.list(limit=1))
step("second token", lambda: len(properties(client.accounts.secondary_auth_token().create())["secondary_auth_token"]))
step("no second token", lambda: client.accounts.secondary_auth_token().delete())
step("a bad number", lambda: client.messages.create(to="abc", from_=NUMBER, body="x"))
step("a foreign sender", lambda: send(from_="+12025550177"))

for line in sys.stdin:
    heard = json.loads(line)
    judge = RequestValidator(TOKEN)
    step("signature", lambda: judge.validate(heard["url"], heard["params"], heard["signature"]))

"""Does with Qpid Proton what its standard input says, a JSON object a line, and answers each with a line."""

import json
import sys

from proton import Delivery, Message, ProtonException, symbol
from proton.reactor import AtLeastOnce, AtMostOnce, Filter
from proton.utils import BlockingConnection, LinkDetached

WAIT_SECONDS = 30
OUTCOMES = {
    "accept": Delivery.ACCEPTED,
    "reject": Delivery.REJECTED,
    "release": Delivery.RELEASED,
    "modify": Delivery.MODIFIED,
}


class Client:
    def __init__(self):
        self.connection = None
        self.receivers = {}

    def connect(self, url):
        self.connection = BlockingConnection(url, timeout=WAIT_SECONDS, allowed_mechs="ANONYMOUS")

    def token(self, audience, token):
        receiver = self.connection.create_receiver("$cbs", name="cbs-reply", credit=1)
        sender = self.connection.create_sender("$cbs", name="cbs-request")
        properties = {"operation": "put-token", "type": "servicebus.windows.net:sastoken", "name": audience}
        sender.send(Message(id="token", reply_to="cbs-reply", properties=properties, body=token))
        answer = receiver.receive(timeout=WAIT_SECONDS)
        receiver.accept()
        sender.close()
        receiver.close()
        return answer.properties["status-code"]

    def send(self, address, messages, settled=False):
        sender = self.connection.create_sender(address, options=AtMostOnce() if settled else AtLeastOnce())
        for fields in messages:
            sender.send(Message(**fields))
        sender.close()

    def receive(self, address, session=None):
        """Takes one message and keeps it in hand; the link stays open."""
        options = [] if session is None else [Filter({symbol("com.microsoft:session-filter"): session})]
        key = (address, session)
        if key not in self.receivers:
            self.receivers[key] = self.connection.create_receiver(address, credit=1, options=options)
        message = self.receivers[key].receive(timeout=WAIT_SECONDS)
        return {
            "id": message.id,
            "body": message.body,
            "subject": message.subject,
            "session": message.group_id,
            "deliveryCount": message.delivery_count,
            "properties": message.properties,
            "enqueued": int(message.annotations["x-opt-enqueued-time"]),
        }

    def settle(self, address, outcome, session=None):
        self.receivers[(address, session)].settle(OUTCOMES[outcome])

    def close(self, address, session=None):
        self.receivers.pop((address, session)).close()


def answer(client, order):
    try:
        return {"value": getattr(client, order.pop("do"))(**order)}
    except LinkDetached as detached:
        return {"condition": detached.condition}
    except (ProtonException, KeyError) as error:
        return {"condition": repr(error)}


def main():
    client = Client()
    for line in sys.stdin:
        print(json.dumps(answer(client, json.loads(line))), flush=True)
    if client.connection is not None:
        client.connection.close()


main()

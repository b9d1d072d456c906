"""What gql makes of a server, over HTTP and WebSocket.

    python gql_client.py http://127.0.0.1:8000/graphql

Prints one line of JSON with what it saw; the test judges it.
"""

import asyncio
import json
import sys

from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport

url = sys.argv[1]
socket_url = url.replace("http", "ws", 1)
NAME = 'query Name { company(by: {id: "alipay"}) { name partners { nodes { name } } } }'
CHANGES = "subscription Changes($after: String) { changes(after: $after) { cursor recordId } }"
CHANGE = """mutation Change($id: ID!, $name: String!) {
  upsertEntities(input: {entities: [{id: $id, kind: COMPANY, name: $name}]}) { userErrors { message } }
}"""


def over_http():
    """The schema read by introspection, documents checked against it, and what errors look like."""
    transport = RequestsHTTPTransport(url=url, retries=0)
    with Client(transport=transport, fetch_schema_from_transport=True) as session:
        answer = session.execute(gql(NAME))
        try:
            session.execute(gql('{ paths(from: "nothing", to: "paypal") { outcome } }'))
            code = None
        except TransportQueryError as error:
            code = error.errors[0]["extensions"]["code"]
        return {"answer": answer, "code": code, "types": len(session.client.schema.type_map)}


async def over_socket():
    """A query and a subscription that resumes."""
    transport = WebsocketsTransport(url=socket_url, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL])
    async with Client(transport=transport) as session:
        answer = await session.execute(gql(NAME))
        protocol = transport.subprotocol
        seen = await watched(session, None, ["python-1", "python-2"])
        resumed = await watched(session, seen[0]["cursor"], [])
        return {"answer": answer, "protocol": protocol, "seen": [change["recordId"] for change in seen], "resumed": resumed}


async def watched(session, after, ids):
    """The changes that a subscription tells while entities of these ids are made; one where it resumes."""
    request = GraphQLRequest(CHANGES, variable_values={"after": after})
    changes = session.subscribe(request)
    first = asyncio.ensure_future(changes.__anext__())
    # What is watched begins a moment after it was asked for.
    await asyncio.sleep(1)
    for id in ids:
        await session.execute(GraphQLRequest(CHANGE, variable_values={"id": id, "name": id}))
    told = [(await first)["changes"]]
    while len(told) < len(ids):
        told.append((await changes.__anext__())["changes"])
    await changes.aclose()
    return told


async def by_the_old_protocol(subprotocols):
    """Why a client is refused that speaks the protocol of before: because it asks for nothing else, or because it takes that for
    granted where it does not recognise the answer, as gql does where the names of headers are in lower case."""
    transport = WebsocketsTransport(url=socket_url, subprotocols=subprotocols)
    try:
        async with Client(transport=transport) as session:
            await session.execute(gql(NAME))
    except Exception as error:
        told, cause = [], error
        while cause is not None:
            told.append(f"{type(cause).__name__}: {cause}")
            cause = cause.__cause__ or cause.__context__
        return " / ".join(told)
    return None


async def over_sockets():
    return {
        "socket": await over_socket(),
        "default": await by_the_old_protocol(None),
        "old": await by_the_old_protocol([WebsocketsTransport.APOLLO_SUBPROTOCOL]),
    }


print(json.dumps({"http": over_http(), **asyncio.run(over_sockets())}))

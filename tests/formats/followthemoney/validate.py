"""Loads JSON lines of FollowTheMoney from standard input and prints what is wrong with them, as JSON."""

import collections
import json
import sys

from followthemoney import model


def problems(data):
    """What is wrong with one record, as the package sees it."""
    schema = model.get(data["schema"])
    if schema is None or schema.abstract:
        yield f"{data['schema']} is no schema of records"
        return
    for name, values in data["properties"].items():
        prop = schema.get(name)
        if prop is None or prop.stub:
            yield f"{schema.name} has no property {name}"
            continue
        if not isinstance(values, list) or not values:
            yield f"{name} is no list with values"
        for value in values:
            clean = prop.type.clean(value, format=prop.format)
            # Links gain a final slash, nothing else changes.
            if clean is None or (clean != value and prop.type.name != "url"):
                yield f"{name}: {value!r} becomes {clean!r}"
    for name in schema.required:
        if not data["properties"].get(name):
            yield f"{schema.name} needs {name}"
    try:
        schema.validate(data)
        proxy = model.get_proxy(data, cleaned=False)
        kept = {name: set(values) for name, values in proxy.to_dict()["properties"].items()}
        if set(kept) != set(data["properties"]):
            yield f"only {sorted(kept)} is kept"
        list(proxy.edgepairs())
    except Exception as error:  # Whatever the package refuses is a problem.
        yield f"{type(error).__name__}: {error} {getattr(error, 'errors', '')}"


def main():
    records = [json.loads(line) for line in sys.stdin]
    ids = [record["id"] for record in records]
    found = [f"{record['id']}: {problem}" for record in records for problem in problems(record)]
    found += [f"{id} is there {count} times" for id, count in collections.Counter(ids).items() if count > 1]
    known = set(ids)
    for record in records:
        schema = model.get(record["schema"])
        for name, values in record["properties"].items():
            prop = schema.get(name)
            if prop is not None and prop.type.name == "entity":
                found += [f"{record['id']}: {name} leads nowhere: {value}" for value in values if value not in known]
    schemata = collections.Counter(record["schema"] for record in records)
    json.dump({"records": len(records), "schemata": schemata, "problems": found}, sys.stdout)


main()

"""What classes that sgqlc generates of the schema make of a server.

    python sgqlc_client.py http://127.0.0.1:8000/graphql FOLDER

Prints one line of JSON with what they saw; the test judges it. FOLDER takes what is generated.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from graphql import get_introspection_query
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.operation import Operation

url, folder = sys.argv[1], Path(sys.argv[2])


def by_classes():
    """Classes that sgqlc generates of the schema, and a question and a change asked by them."""
    endpoint = HTTPEndpoint(url)
    introspected = endpoint(get_introspection_query(descriptions=True))
    source, target = folder / "schema.json", folder / "guanxi_schema.py"
    source.write_text(json.dumps(introspected))
    generator = [sys.executable, "-m", "sgqlc.codegen", "schema", "--docstrings", str(source), str(target)]
    subprocess.run(generator, check=True, capture_output=True, text=True)
    spec = importlib.util.spec_from_file_location("guanxi_schema", target)
    schema = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(schema)
    question = Operation(schema.Query)
    company = question.company(by=schema.EntityBy(id="alipay"))
    company.name()
    company.partners().nodes().name()
    found = (question + endpoint(question)).company
    change = Operation(schema.Mutation)
    entity = schema.EntityInput(id="python-3", kind="COMPANY", name="Python 3")
    change.upsert_entities(input=schema.UpsertEntitiesInput(entities=[entity])).user_errors().message()
    changed = (change + endpoint(change)).upsert_entities
    return {"name": found.name, "partners": [partner.name for partner in found.partners.nodes], "faults": len(changed.user_errors)}


print(json.dumps(by_classes()))

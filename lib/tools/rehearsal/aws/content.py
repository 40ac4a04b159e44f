"""Runs CDK's own handler of bucket deployments against the emulator, and says what is in the bucket afterwards.

Arguments: the handler's file, a folder to work in, and the event.
"""

import json
import os
import stat
import sys
import types

import boto3

source, folder, event = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

# The handler calls the AWS CLI of a layer, which is made for Amazon Linux.
cli = os.path.join(folder, "aws")
with open(cli, "w") as file:
    file.write(f'#!/bin/sh\nexec "{sys.executable}" -m awscli "$@"\n')
os.chmod(cli, stat.S_IRWXU)
with open(source) as file:
    text = file.read().replace("/opt/awscli/aws", cli).replace("/tmp/aws_cli_config", os.path.join(folder, "config"))

handler = types.ModuleType("handler")
exec(compile(text, source, "exec"), handler.__dict__)
sent = {}
handler.cfn_send = lambda event, context, status, reason=None, **more: sent.update(status=status, reason=reason)
handler.handler(event, None)

bucket = boto3.resource("s3").Bucket(event["ResourceProperties"]["DestinationBucketName"])
objects = []
for item in bucket.objects.all():
    found = item.get()
    body = found["Body"].read().decode(errors="replace")
    objects.append({"key": item.key, "type": found.get("ContentType", ""), "body": body})
# Stacks take an empty bucket away alone, and what would empty it is a stand-in.
bucket.object_versions.delete()
print("\n" + json.dumps({**sent, "objects": objects}))

package erp.design

import rego.v1

# What the design promises of every template, whichever construct made it. Ids are those of docs/compliance.md.

finding(id, name, path, message, fix) := {
	"rule_id": id,
	"severity": "ERROR",
	"category": "ERP design",
	"resource_id": name,
	"resource_path": path,
	"message": message,
	"suggested_fix": fix,
}

network_protocols := {"TCP", "UDP", "TLS", "TCP_UDP", "QUIC", "TCP_QUIC"}

# A Network Load Balancer cannot have a function as target, though CloudFormation accepts the template. A group of
# functions has no protocol of its own; one with a network protocol was made for such a load balancer.
violation contains v if {
	some name in resources_of_type("AWS::ElasticLoadBalancingV2::TargetGroup")
	group := input.resources[name].properties
	group.TargetType == "lambda"
	group.Protocol in network_protocols
	v := finding(
		"ERP-NLB-LAMBDA", name, "Properties.TargetType",
		"A network load balancer cannot have functions as targets",
		"Put an Application Load Balancer before the function and use a target group of type alb.",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::ElasticLoadBalancingV2::Listener")
	input.resources[name].properties.Protocol in network_protocols
	some target in ref_targets(name)
	input.resources[target].properties.TargetType == "lambda"
	v := finding(
		"ERP-NLB-LAMBDA", name, "Properties.DefaultActions",
		sprintf("A network listener cannot forward to %v, whose targets are functions", [target]),
		"Put an Application Load Balancer before the function and use a target group of type alb.",
	)
}

everywhere := {"0.0.0.0/0", "::/0"}

anywhere(rule) if rule.CidrIp in everywhere

anywhere(rule) if rule.CidrIpv6 in everywhere

violation contains v if {
	some name in resources_of_type("AWS::EC2::SecurityGroup")
	some i, rule in input.resources[name].properties.SecurityGroupIngress
	anywhere(rule)
	v := finding(
		"ERP-OPEN-INGRESS", name, sprintf("Properties.SecurityGroupIngress.%d", [i]),
		"The security group lets every address in",
		"Name the security group of the caller; nothing in the VPC is open to every address.",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::EC2::SecurityGroupIngress")
	anywhere(input.resources[name].properties)
	v := finding(
		"ERP-OPEN-INGRESS", name, "Properties",
		"The rule lets every address in",
		"Name the security group of the caller; nothing in the VPC is open to every address.",
	)
}

# The address of the API is public, so a route without an authorizer is open to the world.
violation contains v if {
	some name in resources_of_type("AWS::ApiGatewayV2::Route")
	not authorized(name)
	v := finding(
		"ERP-ROUTE-JWT", name, "Properties.AuthorizationType",
		"The route asks nobody for a token",
		"Add the route by Api.addService, which puts the JWT authorizer on it.",
	)
}

authorized(route) if {
	input.resources[route].properties.AuthorizationType == "JWT"
	some target in ref_targets(route)
	input.resources[target].resourceType == "AWS::ApiGatewayV2::Authorizer"
}

violation contains v if {
	some name in resources_of_type("AWS::Logs::LogGroup")
	not input.resources[name].properties.RetentionInDays
	v := finding(
		"ERP-LOG-RETENTION", name, "Properties.RetentionInDays",
		"The log group keeps its events for ever",
		"Set the retention to config.logRetentionDays.",
	)
}

# Resources whose loss is the loss of data, with the policies that keep it.
keeping := {
	"AWS::RDS::DBInstance": {"Snapshot", "RetainExceptOnCreate", "Retain"},
	"AWS::ElastiCache::ReplicationGroup": {"Snapshot", "RetainExceptOnCreate", "Retain"},
	"AWS::MSK::Cluster": {"Retain", "RetainExceptOnCreate"},
	"AWS::KMS::Key": {"Retain", "RetainExceptOnCreate"},
	"AWS::SecretsManager::Secret": {"Retain", "RetainExceptOnCreate"},
	"AWS::Cognito::UserPool": {"Retain", "RetainExceptOnCreate"},
	"AWS::Backup::BackupVault": {"Retain", "RetainExceptOnCreate"},
	"AWS::ECR::Repository": {"Retain", "RetainExceptOnCreate"},
	"AWS::DynamoDB::Table": {"Retain", "RetainExceptOnCreate"},
	"AWS::EFS::FileSystem": {"Retain", "RetainExceptOnCreate"},
}

# Whose stack a template is stands in the tags of the stack, which the template does not carry. So template-rules.ts adds
# `leaves_nothing`: the descriptions of all stacks whose environment is destroyed whole. Whatever is not among them keeps its data.
destroyed_whole if input.template.description in leaves_nothing

violation contains v if {
	not destroyed_whole
	some type, policies in keeping
	some name in resources_of_type(type)
	not object.get(input.resources[name], "deletionPolicy", "Delete") in policies
	v := finding(
		"ERP-KEEP-DATA", name, "DeletionPolicy",
		sprintf("Deleting the stack would delete this %v and its data", [type]),
		"Give it the removal policy of the environment: RETAIN, or SNAPSHOT for the database and the cache.",
	)
}

violation contains v if {
	destroyed_whole
	some type, _ in keeping
	some name in resources_of_type(type)
	object.get(input.resources[name], "deletionPolicy", "Delete") != "Delete"
	v := finding(
		"ERP-LEAVE-NOTHING", name, "DeletionPolicy",
		sprintf("The environment would leave this %v behind when it is destroyed", [type]),
		"Give it the removal policy of the environment: DESTROY.",
	)
}

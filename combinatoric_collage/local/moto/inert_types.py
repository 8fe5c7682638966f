"""Types of resources that a stack here does without: nothing that its functions do would differ.

They watch, or they are policies of resources, which nobody evaluates here. A stack that has them
runs as it would with them, so nothing is reported.
"""

TYPES = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::Logs::MetricFilter",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
    }
)

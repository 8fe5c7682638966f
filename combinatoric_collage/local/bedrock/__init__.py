"""Amazon Bedrock as the laptop cloud has it: who asks and whether they may, and AWS behind it."""

"""What each permission of the template is for: (role, action) -> place -> which step needs it."""

LISTED = "What is not there is told from what may not be read, and there is a listing"
MISSING = "What is not there is told from what may not be read"
WEIGHTS = "Which models the stack serves, and what they can do"
LETTERS = "Lambda keeps an event here that could not be dealt with"
COUNTED = "The price of a call, the account's pace, and who was asked for what"
LOGS = "Step Functions delivers the workflow's logs; IAM knows no resource for it"
KEY = "The provider's key"
END = "A large assembly is done"
AGAIN = "The request, once a process"
PICTURE = "A tile of a model that lies there alone"
SERVICE = "A tile of an image service, asked in this Region"
WORKED = "Where the profile may have it made"
LISTING = "A list of styles"
RUN = "Whether a run is under way, and how one ended"

DELIVER_LOGS = {
    f"logs:{action}": {"*": LOGS}
    for action in (
        "CreateLogDelivery",
        "GetLogDelivery",
        "UpdateLogDelivery",
        "DeleteLogDelivery",
        "ListLogDeliveries",
        "PutResourcePolicy",
        "DescribeResourcePolicies",
        "DescribeLogGroups",
    )
}

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
"""What the profiles of the United States are spread over."""

REASONS: dict[str, dict[str, dict[str, str]]] = {
    "StartCollageFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {
            "UPLOADS/uploads/*": "The upload that starts a collage, its options and its mask",
            "UPLOADS/sources/*": "The same where a door put it",
            "COLLAGES/collages/*/progress.json": "Whether the collage is known, and can be read",
            "COLLAGES/collages/*/styles.json": "Whether styles are frozen already",
            "COLLAGES/collages/*/manifest.json": "Whether an earlier run left nothing to do",
            "COLLAGES/collages/*/index/head.json": "The same, of a large collage",
            "COLLAGES/deletions/*": "What is being deleted is not started",
            "WEIGHTS/models/*": WEIGHTS,
        },
        "s3:ListBucket": {"UPLOADS": MISSING, "COLLAGES": MISSING, "WEIGHTS": MISSING},
        "s3:PutObject": {
            "COLLAGES/collages/*/request.json": "The request, frozen",
            "COLLAGES/collages/*/progress.json": "The collage is known from here on",
            "COLLAGES/collages/*/styles.json": "Styles that the request names",
            "COLLAGES/collages/*/pardon.json": "From when on earlier refusals do not count",
            "COLLAGES/collages/*/notify/*": "Who is told how it ends",
            "COLLAGES/collages/*/failure.json": "Why an upload was refused",
            "COLLAGES/index/*": "The list of all collages",
            "COLLAGES/owned/*": "The lists of its owner's and its group's",
            "UPLOADS/uploads/*.failure.json": "Why an upload was refused, beside it",
        },
        "states:StartExecution": {
            "stateMachine:stack-collage": "The run",
            "stateMachine:stack-messages": "Who asks for what is there is told at once",
        },
        "states:DescribeExecution": {"execution:stack-collage:*": RUN},
        "events:PutEvents": {"event-bus/default": "The event Collage Refused"},
    },
    "ListStylesFunctionRole": {
        "s3:GetObject": {"COLLAGES/collages/*/request.json": AGAIN},
        "s3:PutObject": {"COLLAGES/collages/*/styles.json": "The styles that were listed"},
        "dynamodb:UpdateItem": {"table/LIMITS": COUNTED},
        "secretsmanager:GetSecretValue": {"secret:openai-key-??????": KEY},
        "bedrock:InvokeModel": {
            "us-west-2 inference-profile/us.words.lister-1:0": LISTING,
            **{f"{one} foundation-model/words.lister-1:0": WORKED for one in REGIONS},
        },
    },
    "MakeMasksFunctionRole": {
        "s3:GetObject": {
            "UPLOADS/uploads/*": "The source, the mask and the font",
            "UPLOADS/sources/*": "The same where a door put them",
            "COLLAGES/collages/*/request.json": AGAIN,
            "WEIGHTS/models/*": "How large the models work",
        },
        "s3:ListBucket": {"UPLOADS": MISSING, "WEIGHTS": MISSING},
        "s3:PutObject": {
            "COLLAGES/collages/*/source.png": "The prepared source",
            "COLLAGES/collages/*/sources/*": "The same, where there are several",
            "COLLAGES/collages/*/masks/*": "The masks",
            "COLLAGES/collages/*/style_pictures/*": "The pictures that styles are taken from",
            "COLLAGES/collages/*/font": "The user's own font, to outlive the upload",
            "COLLAGES/collages/*/prepared.json": "The digests of all of them",
        },
    },
    "PlanTilesFunctionRole": {
        "s3:GetObject": {
            "COLLAGES/collages/*/request.json": AGAIN,
            "COLLAGES/collages/*/styles.json": "The styles to combine",
            "COLLAGES/collages/*/font": "How wide texts are in the user's own font",
            "COLLAGES/collages/*/prepared.json": "The digests of source and masks",
            "COLLAGES/collages/*/plan.json": "The numbers that calls had in an earlier run",
            "COLLAGES/collages/*/progress.json": "How far the collage is said to be",
            "COLLAGES/tiles/*.json": "Which tiles are there already and cost nothing",
            "COLLAGES/deletions/*": "Whether tiles are being deleted at this moment",
            "WEIGHTS/models/*": WEIGHTS,
        },
        "s3:ListBucket": {"COLLAGES": LISTED, "WEIGHTS": MISSING},
        "s3:PutObject": {
            "COLLAGES/collages/*/plan.json": "The plan",
            "COLLAGES/collages/*/calls*.json": "What the Maps read, a wave each",
            "COLLAGES/collages/*/slices/*": "What the assembly of a large collage looks for",
            "COLLAGES/collages/*/progress.json": "How much there is to make",
        },
        "s3:AbortMultipartUpload": {
            "COLLAGES/collages/*/plan.json": "Nothing is left of a plan that failed half-way",
            "COLLAGES/collages/*/calls*.json": "The same of its calls",
        },
    },
    "RenderTileFunctionRole": {
        "s3:GetObject": {
            "COLLAGES/collages/*/request.json": AGAIN,
            "COLLAGES/collages/*/source.png": "What the engine works on",
            "COLLAGES/collages/*/sources/*": "The same, where there are several sources",
            "COLLAGES/collages/*/masks/*": "Where it is to be repainted",
            "COLLAGES/collages/*/style_pictures/*": "What its styles are taken from",
            "COLLAGES/collages/*/refused/*": "A draw that was refused is not asked for again",
            "COLLAGES/collages/*/pardon.json": "Unless somebody said so since",
            "COLLAGES/collages/*/unsettled/*": "How many requests may have been billed for nothing",
            "COLLAGES/tiles/*": "A tile that is there is not made again, or is gone on from",
        },
        "s3:ListBucket": {"COLLAGES": MISSING},
        "s3:PutObject": {
            "COLLAGES/tiles/*": "The tile and its sidecar",
            "COLLAGES/collages/*/failures/*": "A refusal that another draw takes the place of",
            "COLLAGES/collages/*/refused/*": "The draws that were refused",
            "COLLAGES/collages/*/unsettled/*": "Requests that may have been billed for nothing",
        },
        "dynamodb:UpdateItem": {"table/LIMITS": COUNTED},
        "dynamodb:GetItem": {"table/LIMITS": "Whether a model makes one picture a call"},
        "secretsmanager:GetSecretValue": {"secret:openai-key-??????": KEY},
        "bedrock:InvokeModel": {
            **{
                f"us-west-2 foundation-model/stability.{name}": PICTURE
                for name in (
                    "stable-image-core-v1:1",
                    "stable-image-ultra-v1:1",
                    "sd3-5-large-v1:0",
                )
            },
            "us-west-2 inference-profile/us.stability.*": SERVICE,
            "us-east-2 inference-profile/us.stability.*": SERVICE,
            **{f"{one} foundation-model/stability.*": WORKED for one in REGIONS},
        },
    },
    "AssembleCollageFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {
            "COLLAGES/collages/*/plan.json": "Which tile goes where",
            "COLLAGES/collages/*/slices/*": "The same of a large collage, in parts",
            "COLLAGES/collages/*/font": "The user's own font to write in",
            "COLLAGES/collages/*/progress.json": "How far the collage is said to be",
            "COLLAGES/collages/*/manifest.json": "What another layout is made of",
            "COLLAGES/collages/*/index/head.json": "What is announced of a large one again",
            "COLLAGES/collages/*/failures/*": "Why tiles are missing",
            "COLLAGES/collages/*/unsettled/*": "What may have been billed for nothing",
            "COLLAGES/tiles/*": "The tiles",
            "COLLAGES/bands/*": "What the steps of a large assembly hand to one another",
        },
        "s3:ListBucket": {"COLLAGES": LISTED},
        "s3:PutObject": {
            "COLLAGES/collages/*/collage.*": "The collage, also in another layout",
            "COLLAGES/collages/*/collage_files/*": "Its pyramid",
            "COLLAGES/collages/*/preview.jpg": "Its preview",
            "COLLAGES/collages/*/manifest.js*": "What became of every cell",
            "COLLAGES/collages/*/progress.json": "That it is made",
            "COLLAGES/collages/*/index.html": "The page",
            "COLLAGES/collages/*/index/*": "What the page of a large collage reads as it goes",
            "COLLAGES/collages/*/page.*": "The page's script and style",
            "COLLAGES/collages/*/layouts/*/failure.json": "Why a layout could not be made",
            "COLLAGES/bands/*": "What the steps of a large assembly hand to one another",
        },
        "s3:AbortMultipartUpload": {
            "COLLAGES/collages/*/collage.*": "Nothing is left of a collage that failed half-way",
            "COLLAGES/collages/*/manifest.json": "The same of what is said of a large one",
            "COLLAGES/bands/*": "The same of a band of one",
        },
        "s3:DeleteObject": dict.fromkeys(["COLLAGES/collages/*/slices/*", "COLLAGES/bands/*"], END),
    },
    "ExportCollageFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {
            "COLLAGES/collages/*/plan.json": "What a picture says of how it was made",
            "COLLAGES/collages/*/font": "The user's own font to write in",
            "COLLAGES/collages/*/manifest.json": "What there is to take away",
            "COLLAGES/collages/*/choices.json": "The choices, which go with the tiles",
            "COLLAGES/tiles/*": "The tiles",
        },
        "s3:ListBucket": {"COLLAGES": MISSING},
        "s3:PutObject": {"COLLAGES/collages/*/exports/*": "The file, and what became of it"},
        "s3:AbortMultipartUpload": {"COLLAGES/collages/*/exports/*": "Nothing is left of a half"},
    },
    "DeleteCollageFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {
            "COLLAGES/collages/*/request.json": "Which uploads a collage names, and others do",
            "COLLAGES/collages/*/prepared.json": "Whether another one is of the same pictures",
            "COLLAGES/collages/*/plan.json": "Which tiles a collage has, and others use",
            "COLLAGES/collages/*/manifest.json": "The same, where a plan cannot be read",
            "COLLAGES/collages/*/shares/*/share.json": "Which shares there are",
            "COLLAGES/deletions/*": "How far a deletion is that was cut short",
        },
        "s3:ListBucket": {"COLLAGES": LISTED, "UPLOADS": LISTED},
        "s3:PutObject": {
            "COLLAGES/collages/*/shares/*/share.json": "That a share is over",
            "COLLAGES/deletions/*": "That a collage is being deleted, and how far that is",
        },
        "s3:DeleteObject": {
            "UPLOADS/uploads/*": "Uploads that no other collage names",
            "UPLOADS/sources/*": "The same",
            "COLLAGES/bands/*": "What an assembly that failed has left",
            "COLLAGES/collages/*": "The collage",
            "COLLAGES/deletions/*": "The deletion is done",
            "COLLAGES/index/*": "Its entry in the list of all",
            "COLLAGES/owned/*": "The same in those of its owner and group",
            "COLLAGES/shares/*/site/*": "The copies of its shares",
            "COLLAGES/tiles/*": "Tiles that no other collage uses",
        },
        "states:DescribeExecution": {"execution:stack-collage:*": "A run under way is let be"},
    },
    "ShareCollageFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {
            "COLLAGES/collages/*/manifest.json": "What there is to copy",
            "COLLAGES/collages/*/choices.json": "The choices, which are shown without names",
            "COLLAGES/collages/*/collage.*": "The collage",
            "COLLAGES/collages/*/collage_files/*": "Its pyramid",
            "COLLAGES/collages/*/preview.jpg": "Its preview",
            "COLLAGES/collages/*/source.png": "The source, which the page compares with",
            "COLLAGES/collages/*/sources/*": "The same, where there are several",
            "COLLAGES/collages/*/masks/*": "The masks, which the page draws",
            "COLLAGES/collages/*/shares/*": "What is shared, and until when",
            "COLLAGES/shares/*/site/manifest.json": "Whether a copy was cut short",
            "COLLAGES/tiles/*.png": "The tiles",
        },
        "s3:ListBucket": {"COLLAGES": LISTED},
        "s3:PutObject": {
            "COLLAGES/shares/*/site/*": "The copy",
            "COLLAGES/collages/*/shares/*/copy.json": "That the copy is whole, and its address",
            "COLLAGES/collages/*/shares/*/failure.json": "Why there is none",
        },
        "s3:DeleteObject": {
            "COLLAGES/shares/*/site/*": "The copy of a share that has ended",
            "COLLAGES/collages/*/shares/*": "What is written of it",
        },
        "secretsmanager:GetSecretValue": {
            "secret:sharing-key-??????": "The key that signs addresses, read by nobody else"
        },
    },
    "RecordFailureFunctionRole": {
        "sqs:SendMessage": {"DEAD_LETTERS": LETTERS},
        "s3:GetObject": {"COLLAGES/collages/*/failure.json": "What the run said itself stays"},
        "s3:ListBucket": {"COLLAGES": MISSING},
        "s3:PutObject": {
            "COLLAGES/collages/*/failure.json": "Why the run failed",
            "COLLAGES/collages/*/failures/*": "Why one call failed",
        },
        "events:PutEvents": {"event-bus/default": "The events Collage Failed and Cancelled"},
    },
    "ApiFunctionRole": {
        "s3:GetObject": {
            "UPLOADS/uploads/*": "The source of an estimate or a start, and links to it",
            "UPLOADS/sources/*": "The same where a door put it",
            "COLLAGES/collages/*": "The collage's records, and links to its files",
            "COLLAGES/tiles/*": "The tiles' sidecars, and links to their pictures",
            "COLLAGES/deletions/*": "Whether a collage is being deleted",
            "WEIGHTS/models/*": WEIGHTS,
        },
        "s3:ListBucket": {"UPLOADS": MISSING, "COLLAGES": LISTED, "WEIGHTS": MISSING},
        "s3:PutObject": {
            "UPLOADS/sources/*": "Forms and links for somebody to put a source with",
            "COLLAGES/collages/*/pardon.json": "From when on earlier refusals do not count",
            "COLLAGES/collages/*/notify/*": "Who is told how it ends",
            "COLLAGES/collages/*/request.json": "The request, frozen",
            "COLLAGES/collages/*/progress.json": "The collage is known, or cancelled",
            "COLLAGES/collages/*/styles.json": "Styles that the request names",
            "COLLAGES/collages/*/exports/*/asked.json": "What is to be taken away",
            "COLLAGES/collages/*/choices.json": "What people think of its tiles",
            "COLLAGES/collages/*/shares/*/share.json": "What is shared, or is no longer",
            "COLLAGES/index/*": "The list of all collages",
            "COLLAGES/owned/*": "The lists of its owner's and its group's",
        },
        "states:StartExecution": {
            "stateMachine:stack-collage": "The run",
            "stateMachine:stack-messages": "Who asks for what is there is told at once",
        },
        "states:ListExecutions": {"stateMachine:stack-collage": "The states of many collages"},
        "states:DescribeExecution": {"execution:stack-collage:*": RUN},
        "states:GetExecutionHistory": {"execution:stack-collage:*": "Which step a run is at"},
        "states:ListMapRuns": {"execution:stack-collage:*": "How many calls have ended"},
        "states:DescribeMapRun": {"mapRun:stack-collage/*": "How many calls have ended"},
        "states:StopExecution": {"execution:stack-collage:*": "A run that is cancelled"},
        "lambda:InvokeFunction": {
            "function:AssembleCollageFunction": "Another layout",
            "function:ExportCollageFunction": "A file to take away",
            "function:DeleteCollageFunction": "A collage that is deleted",
            "function:ShareCollageFunction": "The copy of a share, or its end",
        },
        "dynamodb:PutItem": {"table/LIMITS": "Idempotency keys, taken"},
        "dynamodb:UpdateItem": {"table/LIMITS": "Idempotency keys, settled"},
    },
    "CollageStateMachineRole": {
        "lambda:InvokeFunction": {
            f"function:{name}Function": f"{name}, a state"
            for name in (
                "ListStyles",
                "MakeMasks",
                "PlanTiles",
                "RenderTile",
                "AssembleCollage",
                "RecordFailure",
            )
        },
        "s3:GetObject": {"COLLAGES/collages/*/calls*.json": "The items of a Map"},
        "states:StartExecution": {"stateMachine:stack-collage": "The items of a distributed Map"},
        "states:DescribeExecution": {
            "execution:stack-collage:*": "A distributed Map asks for it",
            "execution:stack-collage/*": "A distributed Map watches its items",
        },
        "states:StopExecution": {
            "execution:stack-collage:*": "A distributed Map asks for it",
            "execution:stack-collage/*": "A distributed Map that fails stops its items",
        },
        "events:PutEvents": {"event-bus/default": "The events Run Started and Collage Completed"},
        **{
            f"events:{action}": {
                "rule/StepFunctionsGetEventsForECSTaskRule": "How Step Functions hears of tasks"
            }
            for action in ("PutTargets", "PutRule", "DescribeRule")
        },
        **DELIVER_LOGS,
        "ecs:RunTask": {
            "task-definition/stack-diffusion:*": "A GPU task, also by the revision a run began with"
        },
        "ecs:TagResource": {"task/stack-gpu/*": "Tags of the stack, passed on to the task"},
        "ecs:DescribeTasks": {"task/stack-gpu/*": "Whether the task has ended"},
        "ecs:StopTask": {"task/stack-gpu/*": "A run that is stopped stops its tasks"},
        "iam:PassRole": {
            "role/DiffusionRole": "The task's role, to ECS alone",
            "role/DiffusionExecutionRole": "ECS's own for the task, to ECS alone",
        },
    },
    "DeliverMessageFunctionRole": {
        "s3:GetObject": {"COLLAGES/collages/*/notify/*": "Who is told, by requests"},
        "s3:ListBucket": {"COLLAGES": LISTED},
        "sns:Publish": {
            "MESSAGES": "Mail, where NotifyEmail says to whom",
            "own-topic": "The topic that NotifyTopic names",
        },
        "secretsmanager:GetSecretValue": {"secret:WEBHOOK": "What webhooks are signed with"},
    },
    "MessagesStateMachineRole": {
        "lambda:InvokeFunction": {
            "function:DeliverMessageFunction": "WhoIsTold and DeliverMessage, states"
        },
        "sqs:SendMessage": {"DEAD_LETTERS": "A message that was not taken within about a day"},
        **DELIVER_LOGS,
    },
    "MessagesStateMachineEndsRole": {
        "states:StartExecution": {"stateMachine:stack-messages": "The rule tells of an end"},
    },
    "DiffusionRole": {
        "s3:GetObject": {
            "COLLAGES/collages/*/request.json": AGAIN,
            "COLLAGES/collages/*/plan.json": "The task's part of the calls",
            "COLLAGES/collages/*/source.png": "What the model works on",
            "COLLAGES/collages/*/sources/*": "The same, where there are several sources",
            "COLLAGES/collages/*/masks/*": "Where it is to be repainted",
            "COLLAGES/collages/*/style_pictures/*": "What its styles are taken from",
            "COLLAGES/tiles/*": "A tile that is there is not made again, or is gone on from",
            "WEIGHTS/models/*": "The weights",
        },
        "s3:ListBucket": {"COLLAGES": MISSING, "WEIGHTS": MISSING},
        "s3:PutObject": {
            "COLLAGES/tiles/*": "The tile and its sidecar",
            "COLLAGES/collages/*/failures/*": "Why a call failed",
            "COLLAGES/collages/*/shards/*": "How far the task is",
        },
    },
    # These two have AWS's own policies and nothing else.
    "DiffusionExecutionRole": {},
    "GpuInstanceRole": {},
}

MANAGED = {
    "AWSLambdaBasicExecutionRole": "Logs",
    "AWSXrayWriteOnlyAccess": "Traces",
    "AmazonECSTaskExecutionRolePolicy": "ECS pulls the image and delivers logs",
    "AmazonEC2ContainerServiceforEC2Role": "ECS's agent on an instance",
}
"""AWS's own policies, and what they are for."""

"""What test_house.py holds the code to: who may import whom, and what is excepted, and why."""

ARROWS = {
    "announcements": "errors frozen manifest progress settings",
    "assembly": "formats frozen manifest names plan_slices sheet",
    "benchmarks": (
        "cell_index cli.page_server cli.stacks cli.stored_site collage digest engines errors "
        "formats local.state local.template manifest page painting pictures pixels plan "
        "plan_slices prepared progress records request services settings sheet spending steps "
        "store tasks tile watch waves words"
    ),
    "cell_index": "digest long_manifest manifest",
    "choices": "clock digest errors frozen manifest names text",
    "cli.checks": "cli.stacks engines errors local local.parameters local.template",
    "cli.choice_places": "choices cli.folder_choices cli.result_files cli.stacks errors manifest",
    "cli.commands": (
        "choices cli.checks cli.choice_places cli.common_options cli.confirmation "
        "cli.exit_codes cli.followed_run cli.gallery cli.given_files cli.input_files "
        "cli.messages cli.option_values cli.output_folder cli.page_server cli.progress_bars "
        "cli.request_options cli.ringing cli.stacks cli.stored_site cli.style_pictures "
        "cli.torch_python deletion engines errors export formats local manifest pack page "
        "progress provenance records request sharing sheet steps studio text watch"
    ),
    "cli.application": (
        "cli.common_options cli.crash_reports cli.endings cli.exit_codes uncollected"
    ),
    "cli.common_options": "cli.exit_codes",
    "cli.confirmation": "engines errors fields recipes request steps",
    "cli.crash_reports": "cli.exit_codes cli.stacks",
    "cli.exit_codes": "cli.stacks errors local",
    "cli.folder_choices": "choices cli.result_files records store",
    "cli.followed_run": (
        "cli.confirmation cli.exit_codes cli.messages cli.output_folder "
        "cli.progress_bars cli.ringing cli.stacks errors manifest progress request steps"
    ),
    "cli.gallery": "cli.result_files errors manifest page",
    "cli.given_files": (
        "cli.input_files cli.picture_process cli.style_pictures errors fields pictures request "
        "settings sheet text"
    ),
    "cli.input_files": "errors",
    "cli.main": "cli.application cli.endings cli.stacks",
    "cli.messages": "cli.progress_bars cli.stacks engines manifest progress request steps text",
    "cli.option_values": "errors words",
    "cli.output_folder": "cli.result_files errors manifest",
    "cli.page_server": "local.same_origin",
    "cli.picture_process": "errors pictures",
    "cli.progress_bars": "progress",
    "cli.request_options": (
        "cli.option_values cli.torch_python engines formats pictures recipes request"
    ),
    "cli.result_files": "errors formats manifest names page",
    "cli.ringing": "cli.exit_codes errors manifest progress",
    "cli.stacks": (
        "cell_index choices cli.folder_choices cli.result_files cli.torch_python deletion engines "
        "errors export local local.aws local.bedrock local.cache local.kept local.runtime manifest "
        "owners pack page progress request services settings sharing steps store uncollected watch"
    ),
    "cli.stored_site": "cell_index digest errors formats page store watch",
    "cli.style_pictures": "words",
    "cli.torch_python": "local pack",
    "combinatoric_collage": "notebook pack",
    "deletion": "frozen names",
    "engines": "errors frozen internet networks painting pictures tile weights words",
    "examples": (
        "announcements choices engines export formats manifest painting plan recipes request tile"
    ),
    "export": "choices digest errors fields formats frozen manifest names request sheet text",
    "fields": "engines errors formats frozen names pictures text weights words",
    "formats": "errors frozen in_order pixels text",
    "functions": (
        "announcements choices clock collage deletion digest engines errors export fields "
        "formats frozen messages names owners pictures progress provisioned recipes request "
        "services settings sharing sheet spending steps store tile uncollected watch words"
    ),
    "local": "local.cloud local.errors local.processes local.state",
    "local.bedrock": "local.aws local.errors local.moto",
    "local.cloud": (
        "local.aws local.bedrock local.code local.deploy local.errors local.http local.identities "
        "local.moto local.processes local.runtime local.state local.template local.translations "
        "uncollected"
    ),
    "local.code": "local.processes local.template",
    "local.deploy": "local.aws local.code local.errors local.moto local.processes local.template",
    "local.http": (
        "local.aws local.connections local.errors local.heads local.processes local.same_origin"
    ),
    "local.identities": "local.aws",
    "local.kept": "local.aws local.parameters local.state local.template local.translations",
    "local.moto": (
        "local.aws local.cache local.errors local.http local.processes local.state local.template"
    ),
    "local.parameters": "local.errors",
    "local.runtime": (
        "local.aws local.code local.errors local.processes local.scratch local.template "
        "local.translations"
    ),
    "local.processes": "local.aws local.connections local.errors local.heads local.same_origin",
    "local.state": "local.errors",
    "local.template": "local.errors local.parameters local.tagged_yaml local.translations",
    "local.translations": "local.cache",
    "long_manifest": "manifest records sheet",
    "manifest": "collage formats frozen names sheet tile",
    "messages": "collage digest errors frozen internet",
    "names": "formats",
    "networks": "digest errors",
    "notebook": (
        "cli.confirmation cli.input_files cli.output_folder cli.picture_process cli.stacks "
        "manifest request settings steps text"
    ),
    "notes": "frozen",
    "origins": "tile",
    "owners": "errors frozen",
    "painting": "pictures",
    "pictures": "digest errors formats tile",
    "plan": (
        "engines errors formats frozen names origins prepared recipes request sheet "
        "spending tile waves uncollected weights"
    ),
    "plan_slices": "frozen manifest plan provenance tile",
    "prepared": "frozen names",
    "progress": "frozen names owners",
    "provenance": (
        "collage digest engines errors formats frozen manifest pictures plan request sheet "
        "text tile"
    ),
    "provisioned": "frozen settings store",
    "recipes": "digest engines errors fields pictures tile weights words",
    "records": "digest errors frozen json_stream uncollected",
    "rehearsal": "benchmarks cli.stacks errors local.template manifest",
    "request": (
        "digest engines errors fields formats frozen names owners pictures recipes sheet text words"
    ),
    "services": "collage engines errors settings spending",
    "settings": "frozen",
    "sharing": "errors frozen names",
    "sheet": "digest errors fields formats frozen pictures pixels tile",
    "spending": "digest engines errors frozen tile",
    "steps": (
        "announcements assembly cell_index choices clock collage deletion digest engines errors "
        "export fields formats in_order long_manifest manifest messages notes owners page pictures "
        "pixels plan plan_slices prepared progress provenance recipes records request services "
        "settings sharing sheet spending store tally tile uncollected verdict watch weights words"
    ),
    "store": (
        "assembly cell_index choices collage deletion digest engines errors export formats frozen "
        "in_order long_manifest manifest messages names notes owners page plan plan_slices "
        "prepared progress records request settings sharing tile weights"
    ),
    "studio": "cli.stacks cli.stored_site errors local.aws local.same_origin page",
    "tally": "errors manifest notes plan_slices progress sheet",
    "tasks": "digest engines errors manifest pictures settings steps store tile weights",
    "tile": "digest frozen names",
    "verdict": "errors formats manifest names notes plan plan_slices sheet tally tile",
    "watch": (
        "clock digest errors frozen manifest plan_slices progress settings store tile verdict"
    ),
    "waves": "tile",
    "weights": "digest errors frozen tile",
    "words": "digest errors",
}
"""The rooms that each room imports from; all others import nothing of the house's own. A new arrow
is a decision: it is written here by hand, and in docs/architecture.md by ``make house``."""

NAMED_AFTER = {
    "benchmarks": "what is measured",
    "combinatoric_collage/cli/checks": "what is checked",
    "combinatoric_collage/cli/commands": "the command",
    "functions/api/routes": "what is at the address",
    "layers/collage/collage/engines/": "what each engine says of its own in its folder",
    "rehearsal": "what is rehearsed",
    "tasks/diffusion": "what of the library the GPU task does its own way",
}
"""Where a file has the name of something else, and means that by it: folders begin so."""

SHARED_NAMES = {
    "again.py": "single tiles made again: as they are asked for, unfolded, and found in a collage",
    "app.py": "what Lambda is told to call, in each function's folder",
    "audit.py": "who did what, and what is known of the packages that are shipped",
    "collage.js": "as the page reads one at once, and a large one piece by piece",
    "description.py": "of the API, for those who write clients; of a picture, within its file",
    "errors.py": "of the library and of the laptop cloud, which knows nothing of that",
    "marks.js": "drawn over the picture of a collage, and over that of a large one",
    "parameters.py": "of a template, and those that image generators write into pictures",
    "pixels.py": "arrays of them at the ground, and what pictures do with them",
    "progress.py": "the record, and the steps that write it",
    "sheet.py": "what cells are laid on, and what a scene is painted on",
    "stack.py": "a stack, as the command and as the API reach it",
    "tiles.py": "in the store, and as they are listed while they are made",
}
"""File names that several folders have, and why."""

LONG_FILES: dict[str, str] = {}
"""Files of more lines than the bound, and why."""

LONG_FUNCTIONS: dict[str, str] = {}
"""Functions of more lines than the bound, and why."""

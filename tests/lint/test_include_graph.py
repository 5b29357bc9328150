from include_graph import check


def problems(tmp_path, **files):
    """check() on a tree made of the given files: `libs/core/src/a.cpp` is written with its includes."""
    return [str(problem) for problem in check(tree(tmp_path, files["files"]))]


def tree(tmp_path, files):
    for name, includes in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"#include {include}\n" for include in includes))
    return tmp_path.resolve()


CORE = {"libs/core/include/core/time.hpp": ["<chrono>"]}
POSTGRES = {"libs/postgres/include/postgres/connection.hpp": ['"core/time.hpp"'], **CORE}


def test_arrows_that_point_down_are_fine(tmp_path):
    assert problems(tmp_path, files={**POSTGRES, "libs/model/src/store.cpp": ['"postgres/connection.hpp"', '"core/time.hpp"']}) == []


def test_core_knows_nobody(tmp_path):
    found = problems(tmp_path, files={**POSTGRES, "libs/core/src/a.cpp": ["<string>", '"postgres/connection.hpp"']})
    assert found == ["libs/core/src/a.cpp:2: core must not know postgres (postgres/connection.hpp)"]


def test_an_integration_knows_no_domain(tmp_path):
    files = {"libs/model/include/model/student.hpp": [], "libs/integrations/discord/src/a.cpp": ["<model/student.hpp>"]}
    assert problems(tmp_path, files=files) == [
        "libs/integrations/discord/src/a.cpp:1: integrations must not know model (model/student.hpp)"
    ]


def test_a_way_round_by_a_relative_path_is_seen(tmp_path):
    files = {**POSTGRES, "libs/core/src/a.cpp": ['"../../postgres/include/postgres/connection.hpp"']}
    assert len(problems(tmp_path, files=files)) == 1


def test_no_service_includes_another(tmp_path):
    files = {"services/scheduler/src/sweep.hpp": [], "services/cli/src/main.cpp": ['"sweep.hpp"']}
    assert problems(tmp_path, files=files) == [
        "services/cli/src/main.cpp:1: includes sweep.hpp of the service scheduler"
    ]


def test_a_file_of_the_same_name_in_the_own_service_is_meant(tmp_path):
    files = {
        "services/scheduler/src/config.hpp": [],
        "services/cli/src/config.hpp": [],
        "services/cli/src/main.cpp": ['"config.hpp"'],
    }
    assert problems(tmp_path, files=files) == []


def test_foreign_libraries_stay_behind_their_wrapper(tmp_path):
    files = {
        "libs/postgres/src/a.cpp": ["<libpq-fe.h>"],
        "libs/rabbitmq/src/a.cpp": ["<amqp.h>", "<amqp_tcp_socket.h>"],
        "services/cli/src/main.cpp": ["<libpq-fe.h>", "<rabbitmq-c/amqp.h>", "<boost/beast/core.hpp>", "<rapidjson/document.h>"],
    }
    assert [found.split(": ", 1)[1].split(" belongs")[0] for found in problems(tmp_path, files=files)] == [
        "libpq", "librabbitmq", "Boost.Beast", "RapidJSON",
    ]


def test_pure_rules_reach_no_input_output_even_through_others(tmp_path):
    files = {
        **POSTGRES,
        "libs/model/include/model/stores/student_store.hpp": ['"postgres/connection.hpp"'],
        "libs/model/include/model/rules/access.hpp": ['"core/time.hpp"', '"model/stores/student_store.hpp"'],
    }
    assert problems(tmp_path, files=files) == [
        "libs/model/include/model/rules/access.hpp:2: a pure rule reaches I/O: "
        "model/stores/student_store.hpp -> postgres/connection.hpp"
    ]


def test_pure_rules_include_no_socket_library(tmp_path):
    files = {"libs/model/src/rules/access.cpp": ["<boost/asio/awaitable.hpp>"]}
    assert "pure rule" in problems(tmp_path, files=files)[0]


def test_a_new_library_has_to_be_placed(tmp_path):
    assert "a new library" in problems(tmp_path, files={"libs/gadgets/src/a.cpp": []})[0]


def test_an_empty_tree_is_not_a_success(tmp_path):
    assert problems(tmp_path, files={})

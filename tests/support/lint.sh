# shellcheck shell=bash disable=SC2154  # shared variables belong to the script that sources this
# Which files the style checks look at. Git is not asked: an export of the sources has to work as well.

cpp_files() { find "$root/libs" "$root/services" "$root/tests" -name '*.cpp' -o -name '*.hpp' | sort; }

shell_files() {
  {
    find "$root/deploy" "$root/tests" "$root/.ci" -type f -name '*.sh'
    find "$root/deploy" "$root/tests" "$root/.ci" -type f -perm -u+x -exec grep -lE '^#!.*\bbash\b' {} +
  } | sort -u
}

# shellcheck shell=bash disable=SC2034,SC2154  # shared variables belong to the script that sources this
# Builds with CMake and Ninja; Ninja itself knows what is out of date.

# build_preset PRESET PROGRAM...: only these programs of build/PRESET/bin; everything when none is named.
build_preset() {
  local preset=$1 program
  local -a targets=()
  shift
  for program in "$@"; do targets+=("bin/$program"); done
  (cd "$root" && cmake --preset "$preset" >"$root/build/$preset.configure.log" 2>&1) || {
    tail_of "$root/build/$preset.configure.log"
    return 1
  }
  # Not `ninja -C`: it would print the folder it enters.
  (cd "$root/build/$preset" && NINJA_STATUS='   [%f/%t, %es] ' ninja "${targets[@]}")
}

build_release() {
  mkdir -p "$root/build"
  build_preset release "$@" || die 'the build failed; the first error is above'
}

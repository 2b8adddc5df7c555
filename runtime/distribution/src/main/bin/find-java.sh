# Sourced by bin/dialtone and by the ./dialtone of a source tree: finds a Java that is new enough.
# shellcheck shell=sh

dialtone_java_min=25

# Prints the major version of the Java in the directory $1, 0 if there is none.
dialtone_java_major() {
  [ -x "$1/bin/java" ] || { echo 0; return 0; }
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  echo "${version:-0}"
}

# Prints the directory of the Java to use: JAVA_HOME, then the one on PATH, then the usual places.
# $1 is a program that must be there as well: java, or javac where something is to be compiled.
# Returns 1, after a message that says what was found instead, if there is none.
dialtone_find_java() {
  on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f "$on_path" 2>/dev/null)
  seen=
  for home in "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
    major=$(dialtone_java_major "$home")
    if [ "$major" -ge "$dialtone_java_min" ] && [ -x "$home/bin/$1" ]; then
      echo "$home"
      return 0
    fi
    real=$(readlink -f "$home" 2>/dev/null || echo "$home")
    case "$seen " in *"in $real "*) continue ;; esac
    seen="$seen
    Java $major in $real $([ -x "$home/bin/$1" ] || echo "(without $1)")"
  done
  {
    echo "dialtone: no JDK $dialtone_java_min or newer was found (JAVA_HOME, PATH, /usr/lib/jvm)."
    [ -z "$seen" ] || echo "  Found only:$seen"
    echo "  Install one, for instance: apt-get install openjdk-$dialtone_java_min-jdk-headless, or Temurin from adoptium.net;"
    echo "  or point JAVA_HOME to one that is elsewhere: JAVA_HOME=/path/to/jdk-$dialtone_java_min dialtone ..."
  } >&2
  return 1
}

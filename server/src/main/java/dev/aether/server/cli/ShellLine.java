package dev.aether.server.cli;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A command of Aether's as a line that can be pasted into a POSIX shell. */
final class ShellLine {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellLine() {}

  static String of(List<String> args) {
    return "aether " + args.stream().map(ShellLine::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String arg) {
    return PLAIN.matcher(arg).matches() ? arg : "'" + arg.replace("'", "'\\''") + "'";
  }
}

package dev.aether.server.cli;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats a command as a line that can be pasted into a POSIX shell. */
final class ShellLine {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ShellLine() {}

  static String of(String program, List<String> args) {
    return Stream.concat(Stream.of(program), args.stream())
        .map(ShellLine::quoted)
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String arg) {
    return PLAIN.matcher(arg).matches() ? arg : "'" + arg.replace("'", "'\\''") + "'";
  }
}

package dev.aether.server.cli;

import java.util.List;
import java.util.Optional;

/** Looks into a command line that is not parsed yet: picocli asks for defaults before it parses. */
final class Arguments {
  private Arguments() {}

  /** The value of an option, after it or after {@code =}. */
  static Optional<String> valueOf(String flag, List<String> args) {
    for (int i = 0; i < args.size() && !args.get(i).equals("--"); i++) {
      String arg = args.get(i);
      if (arg.startsWith(flag + "=")) {
        return Optional.of(arg.substring(flag.length() + 1));
      }
      if (arg.equals(flag) && i + 1 < args.size()) {
        return Optional.of(args.get(i + 1));
      }
    }
    return Optional.empty();
  }
}

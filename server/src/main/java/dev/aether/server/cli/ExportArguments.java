package dev.aether.server.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to export, and where to.
 *
 * @param pattern of the namespaces
 * @param file empty for standard output
 */
record ExportArguments(String pattern, Optional<Path> file) {

  /** Interprets {@code [NAMESPACES] [FILE]}, both of which are optional. */
  static ExportArguments of(@Nullable String first, @Nullable String second, String namespace) {
    if (first == null) {
      return new ExportArguments(namespace, Optional.empty());
    }
    boolean onlyFile = second == null && (first.equals("-") || looksLikeFile(first));
    String file = onlyFile ? first : second;
    return new ExportArguments(
        onlyFile ? namespace : first,
        file == null || file.equals("-") ? Optional.empty() : Optional.of(Path.of(file)));
  }

  private static boolean looksLikeFile(String argument) {
    return argument.contains("/")
        || argument.contains("\\")
        || argument.endsWith(".jsonl")
        || argument.endsWith(".json")
        || argument.endsWith(".gz");
  }
}

package dev.aether.server.embedded;

import dev.aether.server.nats.NatsServerVersion;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A nats-server executable whose version has been checked.
 *
 * @param path its absolute path
 */
public record NatsServerBinary(Path path, NatsServerVersion version) {

  private static final String NAME = "nats-server";
  private static final String ENVIRONMENT_VARIABLE = "NATS_SERVER";
  private static final Duration ASK_VERSION_BOUND = Duration.ofSeconds(10);
  private static final int VERSION_OUTPUT_MAX_BYTES = 4096;

  /**
   * Returns the executable specified by {@code --nats-server}, or else by {@code $NATS_SERVER}, or
   * else the first in {@code PATH} that is new enough, or else the one next to Aether's jar. A
   * specified one is used or rejected, never skipped. Blocks while it runs a candidate for its
   * version, for some milliseconds and at most 10 s each.
   *
   * @throws EmbeddedNatsException if there is none, or the specified one is too old or does not run
   */
  public static NatsServerBinary find(Optional<Path> explicit) {
    return find(explicit, NatsServerAdvice.COMMAND_LINE);
  }

  /**
   * As {@link #find(Optional)}, for callers other than the command line.
   *
   * @param advice the wording of the exception
   */
  public static NatsServerBinary find(Optional<Path> explicit, NatsServerAdvice advice) {
    return find(explicit, System.getenv(), jarFolder(), advice);
  }

  static NatsServerBinary find(
      Optional<Path> explicit,
      Map<String, String> environment,
      Optional<Path> jarFolder,
      NatsServerAdvice advice) {
    if (explicit.isPresent()) {
      return named(explicit.get(), advice.explicitly());
    }
    String fromEnvironment = environment.getOrDefault(ENVIRONMENT_VARIABLE, "");
    if (!fromEnvironment.isBlank()) {
      return named(Path.of(fromEnvironment), "$" + ENVIRONMENT_VARIABLE);
    }
    List<Path> candidates = new ArrayList<>(inPath(environment.getOrDefault("PATH", "")));
    jarFolder.ifPresent(folder -> candidates.add(folder.resolve(NAME)));
    return firstUsable(candidates, advice);
  }

  private static NatsServerBinary firstUsable(List<Path> candidates, NatsServerAdvice advice) {
    List<String> passedOver = new ArrayList<>();
    for (Path candidate : candidates) {
      if (!isExecutableFile(candidate)) {
        continue;
      }
      Optional<NatsServerVersion> version = askVersion(candidate);
      if (version.isPresent() && version.get().isEnough()) {
        return new NatsServerBinary(candidate.toAbsolutePath(), version.get());
      }
      passedOver.add(
          version
              .map(found -> candidate + " is version " + found)
              .orElseGet(() -> candidate + " does not print its version"));
    }
    if (passedOver.isEmpty()) {
      throw new EmbeddedNatsException("no nats-server found: " + advice.waysOn());
    }
    throw new EmbeddedNatsException(
        String.format(
            Locale.ROOT,
            "%s, but version %s or later is required: %s",
            String.join("; ", passedOver),
            NatsServerVersion.MINIMUM,
            advice.waysOn()));
  }

  private static NatsServerBinary named(Path path, String by) {
    if (!isExecutableFile(path)) {
      throw new EmbeddedNatsException(
          String.format(Locale.ROOT, "%s (specified by %s) is not an executable file", path, by));
    }
    NatsServerVersion version =
        askVersion(path)
            .orElseThrow(
                () ->
                    new EmbeddedNatsException(
                        String.format(
                            Locale.ROOT,
                            "%s (specified by %s) does not print the version of a nats-server when called with --version",
                            path,
                            by)));
    if (!version.isEnough()) {
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT,
              "%s (specified by %s) is nats-server %s, but version %s or later is required",
              path,
              by,
              version,
              NatsServerVersion.MINIMUM));
    }
    return new NatsServerBinary(path.toAbsolutePath(), version);
  }

  private static List<Path> inPath(String path) {
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(folder -> folder.isEmpty() ? "." : folder) // As in POSIX.
        .flatMap(NatsServerBinary::inFolder)
        .toList();
  }

  private static Stream<Path> inFolder(String folder) {
    try {
      return Stream.of(Path.of(folder, NAME));
    } catch (InvalidPathException e) {
      return Stream.empty(); // An invalid entry in PATH cannot contain a nats-server.
    }
  }

  private static boolean isExecutableFile(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  /** The version; empty if the binary does not run, does not end in time, or prints no version. */
  private static Optional<NatsServerVersion> askVersion(Path binary) {
    Process process;
    try {
      process =
          new ProcessBuilder(binary.toAbsolutePath().toString(), "--version")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return Optional.empty();
    }
    try {
      process.getOutputStream().close();
      // The output fits into the pipe, so the process can end before it is read.
      if (!process.waitFor(ASK_VERSION_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.empty();
      }
      byte[] output = process.getInputStream().readNBytes(VERSION_OUTPUT_MAX_BYTES);
      String text = new String(output, StandardCharsets.UTF_8);
      return process.exitValue() == 0 && text.contains(NAME)
          ? NatsServerVersion.parse(text)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Optional<Path> jarFolder() {
    @Nullable CodeSource source = NatsServerBinary.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(Path.of(source.getLocation().toURI()).getParent());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

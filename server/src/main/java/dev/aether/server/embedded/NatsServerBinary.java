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
 * A nats-server executable whose version was asked and is new enough.
 *
 * @param path absolute
 */
public record NatsServerBinary(Path path, NatsServerVersion version) {

  private static final String NAME = "nats-server";
  private static final String ENVIRONMENT_VARIABLE = "NATS_SERVER";
  private static final Duration ASK_VERSION_BOUND = Duration.ofSeconds(10);
  private static final int VERSION_OUTPUT_MAX_BYTES = 4096;

  /**
   * Takes the one named by {@code --nats-server}, else by {@code $NATS_SERVER}, else the first in
   * {@code PATH} that is new enough, else the one beside Aether's jar. One that was named is used
   * or refused, never passed over. Blocks while it asks the version, some milliseconds, 10 s at
   * most a candidate.
   *
   * @throws EmbeddedNatsException when there is none, or the named one is too old or does not run
   */
  public static NatsServerBinary find(Optional<Path> explicit) {
    return find(explicit, NatsServerAdvice.COMMAND_LINE);
  }

  /**
   * As {@link #find(Optional)}, for somebody who typed no command.
   *
   * @param advice the exception's words
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
              .orElseGet(() -> candidate + " says no version"));
    }
    if (passedOver.isEmpty()) {
      throw new EmbeddedNatsException("no nats-server found: " + advice.waysOn());
    }
    throw new EmbeddedNatsException(
        String.format(
            Locale.ROOT,
            "%s, but version %s or later is needed: %s",
            String.join("; ", passedOver),
            NatsServerVersion.MINIMUM,
            advice.waysOn()));
  }

  private static NatsServerBinary named(Path path, String by) {
    if (!isExecutableFile(path)) {
      throw new EmbeddedNatsException(
          String.format(Locale.ROOT, "%s (given by %s) is not an executable file", path, by));
    }
    NatsServerVersion version =
        askVersion(path)
            .orElseThrow(
                () ->
                    new EmbeddedNatsException(
                        String.format(
                            Locale.ROOT,
                            "%s (given by %s) does not answer --version as a nats-server does",
                            path,
                            by)));
    if (!version.isEnough()) {
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT,
              "%s (given by %s) is nats-server %s, but version %s or later is needed",
              path,
              by,
              version,
              NatsServerVersion.MINIMUM));
    }
    return new NatsServerBinary(path.toAbsolutePath(), version);
  }

  private static List<Path> inPath(String path) {
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .map(folder -> folder.isEmpty() ? "." : folder) // as POSIX has it
        .flatMap(NatsServerBinary::inFolder)
        .toList();
  }

  private static Stream<Path> inFolder(String folder) {
    try {
      return Stream.of(Path.of(folder, NAME));
    } catch (InvalidPathException e) {
      return Stream.empty(); // a PATH entry that is no path holds no nats-server
    }
  }

  private static boolean isExecutableFile(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  /** Empty when it does not run, does not end in time, or prints no version. */
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
      // What a version takes fits the pipe, so that the process can end before it is read.
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

package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.server.AetherServer;
import dev.aether.v1.EventStoreProto;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The test kit does not change the class path of the application under test, and so not its log.
 */
final class ApplicationLogTest {
  private static final int ENDS_WITHIN_SECONDS = 60;

  /**
   * Aether's own resources: its packages, and the metadata that Maven and the JDK add to each jar.
   */
  private static final Pattern OWN =
      Pattern.compile("(dev/aether/.+|aether/v1/.+\\.proto|META-INF/(MANIFEST\\.MF|maven/.+))");

  /** Logback without a configuration logs everything, as Spring Boot logs INFO without one. */
  @Test
  void anApplicationsOwnLinesAppearWithTheTestKitOnItsClassPath(@TempDir Path folder)
      throws Exception {
    String printed = run(Application.class, folder);

    assertTrue(printed.contains(" -- deciding"), printed);
    assertTrue(printed.contains(" -- saved 1"), printed);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        TestAether.class,
        AetherServer.class,
        AetherClient.class,
        EventStoreProto.class,
      })
  void itBringsNoFileThatAnotherLibraryOrTheApplicationWouldTakeForItsOwn(Class<?> ofArtifact)
      throws Exception {
    assertEquals(
        List.of(),
        files(artifact(ofArtifact)).filter(name -> !OWN.matcher(name).matches()).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "picocli.CommandLine",
        "me.tongfei.progressbar.ProgressBar",
        "org.jline.terminal.Terminal",
        "org.slf4j.bridge.SLF4JBridgeHandler"
      })
  void whatOnlyTheCommandLineNeedsIsNotOnItsClassPath(String name) {
    ClassLoader loader = getClass().getClassLoader();
    assertEquals(null, loader.getResource(name.replace('.', '/') + ".class"));
  }

  private static Path artifact(Class<?> of) throws URISyntaxException {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  /** The entries of a jar, or of a folder of classes if Maven has not made a jar. */
  private static Stream<String> files(Path artifact) throws IOException {
    if (Files.isDirectory(artifact)) {
      return names(artifact);
    }
    try (var jar = FileSystems.newFileSystem(artifact)) {
      return names(jar.getPath("/"));
    }
  }

  private static Stream<String> names(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .toList()
          .stream();
    }
  }

  /** Runs it in a separate JVM with this class path, without the settings of these tests. */
  private static String run(Class<?> application, Path folder) throws Exception {
    String file = application.getName().replace('.', '/') + ".class";
    Path copy = folder.resolve("classes").resolve(file);
    Files.createDirectories(copy.getParent());
    try (InputStream in = application.getClassLoader().getResourceAsStream(file)) {
      Files.copy(in, copy);
    }
    Path tests = artifact(application);
    String classPath =
        Stream.concat(
                Stream.of(folder.resolve("classes").toString()),
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                    .filter(entry -> !Path.of(entry).toAbsolutePath().equals(tests)))
            .collect(Collectors.joining(File.pathSeparator));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                classPath,
                application.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS), "it still runs");
    } finally {
      process.destroyForcibly();
    }
    String printed = Files.readString(log, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), printed);
    return printed;
  }

  /** Uses the test kit and logs as an application does. */
  static final class Application {
    private static final Logger log = LoggerFactory.getLogger(Application.class);

    private Application() {}

    public static void main(String[] args) {
      try (TestAether aether = TestAether.inMemory()) {
        log.debug("deciding");
        Saved saved =
            aether
                .client()
                .save("order-1", ExpectedVersion.exactly(0), NewEvent.json("OrderPlaced", "{}"));
        log.info("saved {}", saved.lastVersion());
      }
    }
  }
}

package dev.aether.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The archive of classes with which {@code ./aether} starts Java, made in the same way. */
final class ClassArchive {
  private static final Duration MADE_WITHIN = Duration.ofMinutes(3);

  private ClassArchive() {}

  /** The launcher's options for an archive. The first call of a run makes it and blocks. */
  static List<String> options(Rig rig) throws IOException, InterruptedException {
    Path archive = rig.folder().resolve("aether.jsa");
    if (!Files.exists(archive)) {
      make(rig, archive);
    }
    return List.of("-Xlog:cds*=off", "-XX:SharedArchiveFile=" + archive);
  }

  private static void make(Rig rig, Path archive) throws IOException, InterruptedException {
    Path log = rig.folder().resolve("archive.log");
    ProcessBuilder demo =
        new ProcessBuilder(
                AetherProcess.JAVA,
                "-XX:ArchiveClassesAtExit=" + archive,
                "-jar",
                rig.aetherJar().toString(),
                "demo")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    demo.environment().put("NATS_SERVER", rig.natsServer().toString());
    Process process = demo.start();
    if (!process.waitFor(MADE_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    if (!Files.exists(archive)) {
      throw new IOException("no archive of classes was made: " + Files.readString(log));
    }
  }
}

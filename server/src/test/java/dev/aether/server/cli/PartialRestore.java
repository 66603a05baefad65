package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.backup.BackupFolder;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.store.jetstream.StoredStreams;
import dev.aether.server.store.jetstream.StreamState;
import dev.aether.server.wire.BackupStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Leaves what a restore leaves that is killed in the middle of a stream. */
final class PartialRestore {
  private static final Duration SOON = Duration.ofSeconds(20);

  private PartialRestore() {}

  static void run(Path folder, String url, Path file) throws IOException {
    BackupFolder backup = BackupFolder.verified(folder);
    BackupStream stream =
        backup.manifest().getNamespacesList().stream()
            .flatMap(namespace -> namespace.getStreamsList().stream())
            .filter(each -> file.endsWith(each.getFile()))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(file);
    StreamState taken =
        new StreamState(
            stream.getConfig(),
            stream.getMessages(),
            stream.getBytes(),
            stream.getFirstSequence(),
            stream.getLastSequence());
    try (StoredStreams store =
        StoredStreams.open(StoredStreams.Purpose.RESTORE, List.of(url), NatsAccess.BY_URL, SOON)) {
      assertThrows(
          StoreException.class,
          () ->
              store.put(
                  stream.getStream(),
                  taken,
                  1,
                  backup.id(),
                  new ByteArrayInputStream(Arrays.copyOf(bytes, bytes.length * 2 / 3))));
    }
  }
}

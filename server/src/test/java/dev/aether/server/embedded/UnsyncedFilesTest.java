package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnsyncedFilesTest {
  private static final Instant SINCE = Instant.parse("2026-11-30T12:00:00Z");

  private final Path store;

  UnsyncedFilesTest(@TempDir Path folder) {
    store = folder.resolve("store");
  }

  private Path file(String name, Instant written) throws Exception {
    Path file = store.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
    return Files.setLastModifiedTime(file, FileTime.from(written));
  }

  @Test
  void onlyFilesThatWereWrittenLatelyAreSynced() throws Exception {
    Path young = file("streams/s/msgs/2.blk", SINCE.plusSeconds(1));
    var unused = file("streams/s/msgs/1.blk", SINCE.minusSeconds(1));
    Path elsewhere = file("../batch", SINCE.plusSeconds(1));
    Files.createSymbolicLink(store.resolve("streams/s/batches"), elsewhere);

    assertEquals(List.of(young.toRealPath()), UnsyncedFiles.writtenSince(store, SINCE));
    UnsyncedFiles.sync(store);
  }

  @Test
  void aStoreThatIsALinkIsFollowed() throws Exception {
    Path young = file("streams/s/msgs/1.blk", SINCE.plusSeconds(1));
    Path link = Files.createSymbolicLink(store.resolveSibling("link"), store);

    assertEquals(List.of(young.toRealPath()), UnsyncedFiles.writtenSince(link, SINCE));
  }

  @Test
  void aStoreThatDoesNotExistYetHasNone() throws Exception {
    assertEquals(List.of(), UnsyncedFiles.writtenSince(store, SINCE));
  }
}

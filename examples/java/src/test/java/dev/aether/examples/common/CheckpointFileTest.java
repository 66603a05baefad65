package dev.aether.examples.common;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.Cursor;
import dev.aether.client.SubscriptionStart;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointFileTest {

  @Test
  void itBeginsAtTheBeginningAndGoesOnAfterTheLastCursor(@TempDir Path folder) {
    CheckpointFile checkpoint = new CheckpointFile(folder.resolve("cursor"));
    assertEquals(SubscriptionStart.beginning(), checkpoint.start());

    checkpoint.save(Cursor.of("a longer one"));
    checkpoint.save(Cursor.of("last"));

    CheckpointFile again = new CheckpointFile(folder.resolve("cursor"));
    assertEquals(SubscriptionStart.after(Cursor.of("last")), again.start());
  }
}

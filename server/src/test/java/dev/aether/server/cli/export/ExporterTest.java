package dev.aether.server.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Cursor;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.Snapshot;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExporterTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
  private final AetherClient client =
      AetherClient.connect("127.0.0.1:" + server.grpcAddress().getPort());

  @AfterEach
  void endServer() {
    client.close();
    server.close();
  }

  @Test
  void aSnapshotTakenMeanwhileComesAfterTheEventsThatItIncludes() throws IOException {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
    Lines lines =
        new Lines(
            () -> {
              client.save("a", ExpectedVersion.exactly(1), NewEvent.json("T", "2"));
              client.saveSnapshot(Snapshot.builder("a", 2, Bytes.utf8("2")).build());
            });

    export(lines);

    assertEquals(List.of("event 1", "event 2", "snapshot 2"), lines.told());
  }

  @Test
  void snapshotsOfManyActorsComeInSeveralBatchesWithoutTheirEventsTwice() throws IOException {
    int actors = 3 * SnapshotSweep.MAX_ASKED + 1;
    Bytes large = Bytes.utf8("\"" + "x".repeat(SnapshotSweep.MAX_BATCH_BYTES / 40) + "\"");
    for (int i = 0; i < actors; i++) {
      client.save("a" + i, ExpectedVersion.any(), NewEvent.json("T", "1"));
      client.saveSnapshot(Snapshot.builder("a" + i, 1, large).build());
    }
    Lines lines = new Lines(() -> {});

    export(lines);

    assertEquals(actors, lines.told().stream().filter("event 1"::equals).count());
    assertEquals(actors, lines.told().stream().filter("snapshot 1"::equals).count());
    assertEquals(2L * actors, lines.told().size());
  }

  private void export(Lines lines) throws IOException {
    ExportOptions options = new ExportOptions("default", Optional.empty(), true, Optional.empty());
    new Exporter(client, options, lines, new ExportTally()).run();
  }

  /** Does something when the log was read for the first time. */
  private static final class Lines implements ExportTarget {
    private final List<String> lines = new ArrayList<>();
    private final Runnable afterTheLog;
    private boolean begun;

    Lines(Runnable afterTheLog) {
      this.afterTheLog = afterTheLog;
    }

    List<String> told() {
      return lines.stream().map(Lines::told).toList();
    }

    private static String told(String text) {
      JsonObject line = JsonParser.parseString(text).getAsJsonObject();
      return line.has("snapshot")
          ? "snapshot " + line.getAsJsonObject("snapshot").get("version")
          : "event " + line.get("version");
    }

    @Override
    public void line(String text) {
      lines.add(text);
    }

    @Override
    public void reached(Cursor cursor) {
      if (!begun) {
        begun = true;
        afterTheLog.run();
      }
    }

    @Override
    public void finish() {}
  }
}

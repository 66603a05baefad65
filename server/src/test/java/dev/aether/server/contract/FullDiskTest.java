package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.Reason;
import dev.aether.server.grpc.HealthProbe;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.ServeProcess;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A private nats-server on a small disk that something else fills to the last byte. */
@Timeout(180)
class FullDiskTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final long DISK_BYTES = 64L << 20;
  private static final int HEAVY_BYTES = 500_000;

  private final Path disk;
  private final Path log;
  private ServeProcess node;
  private ManagedChannel channel;

  FullDiskTest(@TempDir Path folder) throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
    log = folder.resolve("log");
  }

  @BeforeEach
  void start() throws IOException {
    node = ServeProcess.startOnOwnDisk(disk, DISK_BYTES, log);
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", node.port()).usePlaintext().build();
  }

  @AfterEach
  void end() {
    channel.shutdownNow();
    node.close();
  }

  private Path filler() {
    return node.seen(disk.resolve("filler"));
  }

  private void fillDisk() throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full::toString);
    }
  }

  private EventStoreGrpc.EventStoreBlockingStub store() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadline(io.grpc.Deadline.after(30, java.util.concurrent.TimeUnit.SECONDS));
  }

  private long save(String namespace) {
    SaveEventsRequest save =
        Requests.saveAny(namespace, "a")
            .clearEvents()
            .addEvents(Requests.heavyEvent(HEAVY_BYTES))
            .build();
    return store().saveEvents(save).getLastVersion();
  }

  private long latest(String namespace) {
    return store()
        .getLatestVersion(
            GetLatestVersionRequest.newBuilder().setNamespace(namespace).setActorId("a").build())
        .getVersion();
  }

  private void delete(String namespace) {
    var unused =
        NamespacesGrpc.newBlockingStub(channel)
            .deleteNamespace(
                DeleteNamespaceRequest.newBuilder()
                    .setNamespace(namespace)
                    .setConfirm(namespace)
                    .build());
  }

  private ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private void awaitSaves(ServingStatus status) {
    Await.until(
        "saves to be " + status, BOUND, () -> health("aether.v1.EventStore/SaveEvents") == status);
  }

  private long logged(String text) throws IOException {
    return Files.readAllLines(log).stream().filter(line -> line.contains(text)).count();
  }

  /** Health can say it a moment before the log does. */
  private void awaitLogged(String text) throws IOException {
    Await.until(
        text,
        BOUND,
        () -> {
          try {
            return logged(text) > 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertEquals(1, logged(text));
  }

  @Test
  void aFullDiskIsToldDeletionsMakeRoomAndSavesGoOnWhenThereIsRoom() throws IOException {
    for (int i = 1; i <= 3; i++) {
      assertEquals(i, save("kept"));
      assertEquals(i, save("given-up"));
    }
    fillDisk();
    awaitSaves(ServingStatus.NOT_SERVING);
    Refusal refusal = Refusal.of(() -> save("kept"));
    assertEquals(Reason.STORE_FULL.name(), refusal.reason(), refusal.message());
    assertEquals(3, latest("kept"));
    assertEquals(ServingStatus.SERVING, health(""));
    HealthProbe.Answer answer =
        HealthProbe.ask("127.0.0.1", node.port(), Optional.empty(), Duration.ofSeconds(10));
    assertEquals(HealthProbe.Health.SERVING, answer.health());
    assertTrue(answer.reason().startsWith("store_full: "), answer.reason());
    awaitLogged("ERROR Conditions - the store is full");

    delete("given-up");
    assertEquals(0, latest("given-up"));

    Files.delete(filler());
    awaitSaves(ServingStatus.SERVING);
    Await.until("a save", BOUND, () -> savesOnceMore());
    awaitLogged("s: the store is full");
    assertEquals(1, save("given-up"));
  }

  private boolean savesOnceMore() {
    try {
      return save("kept") >= 4;
    } catch (StatusRuntimeException e) {
      return false; // nats-server is being restarted
    }
  }

  @Test
  void theStartTellsVersionsAndTheEndItsDrain() throws IOException {
    assertEquals(1, logged("INFO  AetherServer - starting Aether "));
    assertEquals(1, logged(" on Java " + Runtime.version()));
    assertEquals(1, logged("connected to nats-server "));
    assertEquals(1, logged("INFO  AetherServer - node aether-"));
    assertEquals(1, logged("store: nats-server "));
    assertEquals(1, logged("INFO  ServeCommand - settings that differ from the defaults: data = "));
    assertEquals(143, node.terminate());
    assertEquals(1, logged("INFO  AetherServer - stopping: no new calls are accepted"));
    assertEquals(1, logged("INFO  AetherServer - stopped after "));
  }
}

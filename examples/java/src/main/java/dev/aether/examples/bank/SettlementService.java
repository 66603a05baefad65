package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.examples.common.CheckpointFile;
import dev.aether.examples.local.Killable;
import dev.aether.examples.local.TemporaryFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Keeps a {@link Settlement} running, as a service manager would. Safe for use by many threads. */
final class SettlementService implements Killable, TemporaryFolder.User {
  private static final Duration RESTART_DELAY = Duration.ofMillis(200);

  private final AetherClient client;
  private final Accounts accounts;
  private final Path checkpoint;

  /** Null if it was killed or has not been started. */
  private @Nullable Settlement running;

  SettlementService(AetherClient client, Accounts accounts, Path checkpoint) {
    this.client = client;
    this.accounts = accounts;
    this.checkpoint = checkpoint;
  }

  @Override
  public String name() {
    return "process manager";
  }

  @Override
  public synchronized void start() {
    Settlement started = new Settlement(client, accounts, new CheckpointFile(checkpoint));
    running = started;
    CompletableFuture<Void> unused =
        started
            .subscription()
            .ended()
            .whenCompleteAsync(
                (done, thrown) -> {
                  if (thrown != null) {
                    startAgain(started, thrown);
                  }
                });
  }

  private synchronized void startAgain(Settlement ended, Throwable why) {
    if (running == ended) {
      System.err.println("restarting the process manager: " + why.getMessage());
      ended.close();
      client.delay(RESTART_DELAY);
      start();
    }
  }

  @Override
  public synchronized void kill() {
    Settlement killed = running;
    running = null;
    if (killed != null) {
      killed.close();
    }
  }

  @Override
  public void close() {
    kill();
  }
}

package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Broadcast;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Accepts and ignores all frames; tests override what they look at. */
abstract class SinkBase implements SubscriptionSink {
  @Override
  public String subscriber() {
    return "test";
  }

  /** The error with which the subscription ended. */
  final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public int room() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void awaitRoom(int bytes, Runnable then) {
    throw new AssertionError("there is room");
  }

  @Override
  public void started(Cursor cursor) {}

  @Override
  public void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor) {}

  @Override
  public void cursor(Cursor cursor) {}

  @Override
  public void caughtUp(Cursor cursor) {}

  @Override
  public void heartbeat(Cursor cursor) {}

  @Override
  public void corrupt(LogEntry.Corrupt record, Cursor cursor) {}

  @Override
  public void namespaceDeleted(String namespace) {}

  @Override
  public void broadcast(Broadcast broadcast) {}

  @Override
  public void failed(Throwable why) {
    if (!failure.complete(why)) {
      throw new AssertionError("it failed twice", why);
    }
  }
}

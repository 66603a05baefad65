package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Broadcast;
import java.util.List;
import java.util.Optional;

/** Where a subscription's frames go. Called by one thread at a time; no call may block. */
public interface SubscriptionSink {
  /** Whether a frame would go out now rather than pile up. */
  boolean isReady();

  /**
   * Bytes that the next frame may have: few, if many wait already for the same client to take them.
   */
  int room();

  /**
   * Asks for more room, at most once at a time.
   *
   * @param then is run when the next frame may have so many bytes; from any thread
   */
  void awaitRoom(int bytes, Runnable then);

  void started(Cursor cursor);

  /**
   * Commits that passed the filter, in order.
   *
   * @param cursor after the last of them; empty: left out this time
   */
  void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor);

  /** Where the subscription stands, owed since frames went out without. */
  void cursor(Cursor cursor);

  void caughtUp(Cursor cursor);

  void heartbeat(Cursor cursor);

  void corrupt(LogEntry.Corrupt record, Cursor cursor);

  /** A namespace that was read is deleted. */
  void namespaceDeleted(String namespace);

  /** Something that was published and is not stored. */
  void broadcast(Broadcast broadcast);

  /**
   * The subscription has ended; nothing comes afterwards.
   *
   * @param why a {@link dev.aether.server.event.StoreException}, or what nobody foresaw
   */
  void failed(Throwable why);
}

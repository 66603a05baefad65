package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Broadcast;
import java.util.List;
import java.util.Optional;

/** Sends a subscription's frames. Called by one thread at a time; no method may block. */
public interface SubscriptionSink {
  /** Who receives the frames, as text for people. May be called on any thread. */
  String subscriber();

  /** Whether a frame would be sent now rather than queued. */
  boolean isReady();

  /** The largest size in bytes of the next frame: small if the client has not read earlier ones. */
  int room();

  /**
   * Requests more room. Only one request may be pending.
   *
   * @param then is run on any thread when the next frame may have this size
   */
  void awaitRoom(int bytes, Runnable then);

  void started(Cursor cursor);

  /**
   * Sends commits that passed the filter, in order.
   *
   * @param cursor the cursor after the last of them, unless it is too large for every frame
   */
  void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor);

  /** Sends the current cursor after frames that had none. */
  void cursor(Cursor cursor);

  void caughtUp(Cursor cursor);

  void heartbeat(Cursor cursor);

  void corrupt(LogEntry.Corrupt record, Cursor cursor);

  /** Reports that a namespace of the subscription was deleted. */
  void namespaceDeleted(String namespace);

  /** Sends a broadcast. */
  void broadcast(Broadcast broadcast);

  /**
   * Ends the subscription with an error. No method is called afterwards.
   *
   * @param why a {@link dev.aether.server.event.StoreException}, or an unexpected exception
   */
  void failed(Throwable why);
}

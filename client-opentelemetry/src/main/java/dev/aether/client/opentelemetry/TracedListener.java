package dev.aether.client.opentelemetry;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.NewEvent;
import dev.aether.client.ReplayError;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes everything to another listener, commits within a span.
 *
 * @param telemetry records the spans
 * @param listener the other listener
 */
record TracedListener(AetherTelemetry telemetry, SubscriptionListener listener)
    implements SubscriptionListener {
  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    telemetry.process(commits, () -> listener.onCommits(commits, cursor));
  }

  @Override
  public void onCommit(Commit commit) {
    telemetry.process(List.of(commit), () -> listener.onCommit(commit));
  }

  @Override
  public void onState(SubscriptionState state) {
    listener.onState(state);
  }

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    listener.onStarted(nodeId, cursor);
  }

  @Override
  public void onStoredEvents(List<EventStored> events, @Nullable Cursor cursor) {
    listener.onStoredEvents(events, cursor);
  }

  @Override
  public void onStored(EventStored event) {
    listener.onStored(event);
  }

  @Override
  public void onCursor(Cursor cursor) {
    listener.onCursor(cursor);
  }

  @Override
  public void onCaughtUp(Cursor cursor) {
    listener.onCaughtUp(cursor);
  }

  @Override
  public void onHeartbeat(Cursor cursor) {
    listener.onHeartbeat(cursor);
  }

  @Override
  public void onCorrupt(ReplayError error, Cursor cursor) {
    listener.onCorrupt(error, cursor);
  }

  @Override
  public void onNamespaceDeleted(String namespace) {
    listener.onNamespaceDeleted(namespace);
  }

  @Override
  public void onBroadcast(String namespace, NewEvent event) {
    listener.onBroadcast(namespace, event);
  }

  @Override
  public void onError(AetherException error) {
    listener.onError(error);
  }

  @Override
  public void onClosed() {
    listener.onClosed();
  }
}

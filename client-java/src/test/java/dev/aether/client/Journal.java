package dev.aether.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that records what it receives. */
class Journal implements SubscriptionListener {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  final List<String> lines() {
    return lines;
  }

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    lines.add("started " + nodeId + " " + cursor);
  }

  @Override
  public void onCommit(Commit commit) {
    lines.add("commit " + commit.position());
  }

  @Override
  public void onStored(EventStored event) {
    lines.add("stored " + event.version());
  }

  @Override
  public void onCursor(Cursor cursor) {
    lines.add("cursor " + cursor);
  }

  @Override
  public void onCaughtUp(Cursor cursor) {
    lines.add("caught up " + cursor);
  }

  @Override
  public void onHeartbeat(Cursor cursor) {
    lines.add("heartbeat " + cursor);
  }

  @Override
  public void onCorrupt(ReplayError error, Cursor cursor) {
    lines.add("corrupt " + error.position() + " " + cursor);
  }

  @Override
  public void onNamespaceDeleted(String namespace) {
    lines.add("deleted " + namespace);
  }

  @Override
  public void onBroadcast(String namespace, NewEvent event) {
    lines.add("broadcast " + namespace + " " + event.type());
  }

  @Override
  public void onError(AetherException error) {
    lines.add("error " + error.reason());
  }

  @Override
  public void onClosed() {
    lines.add("closed");
  }
}

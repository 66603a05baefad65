package dev.aether.server.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Forwards all calls to another store, for subclasses that change some of them. */
public abstract class ForwardingStore implements Store {
  private final Store store;

  protected ForwardingStore(Store store) {
    this.store = store;
  }

  @Override
  public EventStore events() {
    return store.events();
  }

  @Override
  public Snapshots snapshots() {
    return store.snapshots();
  }

  @Override
  public Actors actors() {
    return store.actors();
  }

  @Override
  public CommitLog log() {
    return store.log();
  }

  @Override
  public Broadcasts broadcasts() {
    return store.broadcasts();
  }

  @Override
  public Optional<String> saveOutage() {
    return store.saveOutage();
  }

  @Override
  public Namespaces namespaces() {
    return store.namespaces();
  }

  @Override
  public Duration silence() {
    return store.silence();
  }

  @Override
  public List<String> damage() {
    return store.damage();
  }

  @Override
  public Optional<String> outage() {
    return store.outage();
  }

  @Override
  public void close() {
    store.close();
  }
}

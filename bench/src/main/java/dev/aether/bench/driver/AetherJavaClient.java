package dev.aether.bench.driver;

import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import io.grpc.ManagedChannel;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Saves with the Java client, including all that the client does beyond sending. */
public final class AetherJavaClient implements Driver {

  /** How the client saves. */
  public enum Way {
    /** With {@link SaveStream}. */
    STREAM,
    /** With one {@code save} per commit, as a service does that answers requests. */
    SAVES
  }

  private final ManagedChannel channel;
  private final AetherClient client;
  private final Way way;
  private final SaveStream stream;
  private final String namespace;
  private final List<NewEvent> events;
  private final AetherRequests requests;

  /**
   * Creates a driver, which does not connect yet.
   *
   * @param address HOST:PORT of the node
   * @param data the data of every event
   */
  public AetherJavaClient(
      String address, Way way, String namespace, int actors, int eventsPerCommit, byte[] data) {
    this.way = way;
    channel = Channels.open(address);
    client = AetherClient.connect(address);
    stream = client.saveStream(SaveStreamOptions.defaults());
    this.namespace = namespace;
    events =
        Collections.nCopies(
            eventsPerCommit, NewEvent.builder("Measured").data(Bytes.copyOf(data)).build());
    requests = new AetherRequests(channel, namespace, actors, eventsPerCommit, data);
  }

  @Override
  public String name() {
    return way == Way.STREAM ? "aether stream, Java client" : "aether, Java client";
  }

  @Override
  public boolean isAether() {
    return true;
  }

  @Override
  public int eventsPerCommit() {
    return requests.eventsPerCommit();
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    SaveCommand command =
        SaveCommand.builder(
                AetherRequests.actorId(actor), ExpectedVersion.exactly(requests.version(actor)))
            .namespace(namespace)
            .events(events)
            .build();
    return (way == Way.STREAM ? stream.save(command) : client.async().save(command))
        .thenAccept(saved -> requests.stored(actor, saved.lastVersion()));
  }

  @Override
  public long stored() {
    return requests.commitsStored();
  }

  @Override
  public void close() {
    stream.close();
    client.close();
    Channels.close(channel);
  }
}

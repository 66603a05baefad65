package dev.aether.server.testing;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Overhears what clients send to a nats-server. A message can still be on its way to this listener
 * when its sender has the answer, so each look first waits for a message of its own, which comes
 * after all earlier ones. For one thread.
 */
public final class OverheardRequests {
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** The subjects of the listener's own messages. */
  private static final String MARKS = "aether-test.overheard.";

  private final Connection connection;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private int marks;

  private OverheardRequests(Connection connection) {
    this.connection = connection;
  }

  /** Returns when the server knows that the listener wants what is sent to these subjects. */
  public static OverheardRequests on(Connection connection, String subject) {
    OverheardRequests overheard = new OverheardRequests(connection);
    Dispatcher dispatcher =
        connection.createDispatcher(message -> overheard.heard.add(message.getSubject()));
    dispatcher.subscribe(subject).subscribe(MARKS + ">");
    overheard.forget();
    return overheard;
  }

  /** The subjects of all requests since the listener last forgot them. */
  public List<String> untilNow() {
    String mark = MARKS + ++marks;
    connection.publish(mark, new byte[0]);
    Await.until("a message of its own", BOUND, () -> heard.contains(mark));
    return heard.stream().filter(subject -> !subject.startsWith(MARKS)).toList();
  }

  /** Forgets the requests until now. */
  public void forget() {
    List<String> unused = untilNow();
    heard.clear();
  }
}

package dev.aether.server.store.jetstream;

import dev.aether.server.store.jetstream.format.CommitHeader;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Responds to direct gets like a replica that has received nothing after some sequence. A real one
 * lags for milliseconds at random times; this one lags for as long as a test needs.
 */
final class LaggingFollower implements AutoCloseable {
  private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
  private static final Pattern BATCH = Pattern.compile("\"batch\":(\\d+)");
  private static final Pattern SUBJECT = Pattern.compile("\"next_by_subj\":\"([^\"]+)\"");

  private final Connection connection;
  private final JetStreamManagement leader;
  private final RawNats raw;
  private final Dispatcher dispatcher;
  private final String stream;
  private final String prefix;
  private volatile long knows;
  private volatile int answers;

  /**
   * @param knows the last sequence that it has
   */
  LaggingFollower(Connection connection, int port, String stream, long knows) throws IOException {
    this.connection = connection;
    this.leader = connection.jetStreamManagement();
    this.raw = new RawNats(port);
    this.stream = stream;
    this.prefix = "$JS.API.DIRECT.GET." + stream;
    this.knows = knows;
    dispatcher = connection.createDispatcher(this::answer);
    dispatcher.subscribe(prefix);
    dispatcher.subscribe(prefix + ".>");
  }

  void knows(long sequence) {
    knows = sequence;
  }

  /** The number of requests that it responded to. */
  int answers() {
    return answers;
  }

  private void answer(Message request) {
    answers = answers + 1;
    String query = new String(request.getData(), StandardCharsets.UTF_8);
    try {
      if (request.getSubject().length() > prefix.length()) {
        one(request, lastOf(request.getSubject().substring(prefix.length() + 1)));
      } else if (find(BATCH, query).isPresent()) {
        batch(request, query);
      } else {
        long from = find(SEQ, query).map(Long::parseLong).orElseThrow();
        Optional<String> subject = find(SUBJECT, query);
        one(request, subject.isEmpty() ? at(from) : next(from, subject.get()));
      }
    } catch (IOException | JetStreamApiException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<String> find(Pattern pattern, String query) {
    Matcher matcher = pattern.matcher(query);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private Optional<MessageInfo> at(long sequence) throws IOException, JetStreamApiException {
    return sequence > knows ? Optional.empty() : Optional.of(leader.getMessage(stream, sequence));
  }

  private Optional<MessageInfo> next(long from, String subject)
      throws IOException, JetStreamApiException {
    for (long sequence = from; sequence <= knows; sequence++) {
      MessageInfo message = leader.getMessage(stream, sequence);
      if (subject.endsWith(">") || message.getSubject().equals(subject)) {
        return Optional.of(message);
      }
    }
    return Optional.empty();
  }

  private Optional<MessageInfo> lastOf(String subject) throws IOException, JetStreamApiException {
    Optional<MessageInfo> last = Optional.empty();
    for (Optional<MessageInfo> next = next(1, subject);
        next.isPresent();
        next = next(next.get().getSeq() + 1, subject)) {
      last = next;
    }
    return last;
  }

  private void one(Message request, Optional<MessageInfo> found) {
    if (found.isPresent()) {
      send(request, found.get(), 0);
    } else {
      raw.send(request.getReplyTo(), "NATS/1.0 404 Message Not Found");
    }
  }

  private void batch(Message request, String query) throws IOException, JetStreamApiException {
    long from = find(SEQ, query).map(Long::parseLong).orElseThrow();
    int max = find(BATCH, query).map(Integer::parseInt).orElseThrow();
    String subject = find(SUBJECT, query).orElseThrow();
    List<MessageInfo> found = new ArrayList<>();
    for (Optional<MessageInfo> next = next(from, subject);
        next.isPresent() && found.size() < max;
        next = next(next.get().getSeq() + 1, subject)) {
      found.add(next.get());
    }
    if (found.isEmpty()) {
      raw.send(request.getReplyTo(), "NATS/1.0 404 Message Not Found");
      return;
    }
    long before = 0;
    for (MessageInfo message : found) {
      send(request, message, before);
      before = message.getSeq();
    }
    raw.send(
        request.getReplyTo(),
        "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: " + before);
  }

  private void send(Message request, MessageInfo message, long before) {
    String header =
        "NATS/1.0\r\nNats-Stream: "
            + stream
            + "\r\nNats-Subject: "
            + message.getSubject()
            + "\r\nNats-Sequence: "
            + message.getSeq()
            + "\r\nNats-Time-Stamp: "
            + message.getTime().toInstant()
            + "\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: "
            + before
            + "\r\n"
            + CommitHeader.NAME
            + ": "
            + message.getHeaders().getFirst(CommitHeader.NAME);
    raw.send(request.getReplyTo(), header, message.getData());
  }

  @Override
  public void close() throws IOException {
    connection.closeDispatcher(dispatcher);
    raw.close();
  }
}

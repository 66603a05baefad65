package dev.aether.client.jackson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.BytesCodec;
import dev.aether.client.actor.EventContext;
import dev.aether.client.actor.Handled;
import dev.aether.client.actor.SnapshotRule;
import dev.aether.client.retry.JitterRetry;
import dev.aether.testkit.AetherExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The examples in docs/actors.md and in the Javadoc of the actor package are the code of this test,
 * which runs them.
 */
@Timeout(60)
final class ActorsExampleTest {
  private static final Path SOURCE =
      Path.of("src/test/java/dev/aether/client/jackson/ActorsExampleTest.java");

  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  // kind
  sealed interface AccountEvent {}

  record Deposited(long cents) implements AccountEvent {}

  record Withdrawn(long cents) implements AccountEvent {}

  record Account(long cents) {
    Account apply(AccountEvent event) {
      return event instanceof Deposited deposited
          ? new Account(cents + deposited.cents())
          : new Account(cents - ((Withdrawn) event).cents());
    }

    List<AccountEvent> withdraw(long amount) {
      if (amount > cents) {
        throw new IllegalStateException("only " + cents + " there");
      }
      return List.of(new Withdrawn(amount));
    }
  }

  static final ObjectMapper MAPPER = new ObjectMapper();

  static final ActorType<Account, AccountEvent> ACCOUNTS =
      ActorType.of(
              new Account(0),
              Account::apply,
              JacksonCodec.<AccountEvent>of(MAPPER)
                  .event("Deposited", Deposited.class)
                  .event("Withdrawn", Withdrawn.class))
          .withSnapshots(SnapshotRule.every(100), JacksonStateCodec.of(MAPPER, Account.class));

  // end

  private void use(AetherClient client) {
    // use
    Actors<Account, AccountEvent> accounts =
        Actors.of(client, ACCOUNTS, new JitterRetry()).withCache(10_000);

    Handled<Account, AccountEvent> deposit =
        accounts.handle("account-1", account -> List.of(new Deposited(500)));
    Handled<Account, AccountEvent> withdrawal =
        accounts.handle("account-1", account -> account.withdraw(200));

    out.println(withdrawal.state().cents() + " at version " + withdrawal.version());
    out.println(accounts.load("account-1").state().cents());
    // end
    assertEquals(1, deposit.version());
  }

  private void context(Actors<Account, AccountEvent> accounts, Event event, String commandId) {
    // context
    EventContext context = EventContext.causedBy(event).withCommandId(commandId);
    Handled<Account, AccountEvent> refund =
        accounts
            .with(now -> now.withCommitIds(a -> commandId + "." + a.latestVersion()))
            .handle("account-2", context, account -> List.of(new Deposited(200)));
    // end
    assertEquals("command-7.0", refund.saved().orElseThrow().commitId());
  }

  @Test
  void theExamplesOfTheGuideRun() {
    AetherClient client = aether.client();
    use(client);
    assertEquals(List.of("300 at version 2", "300"), printedLines());

    Event withdrawn = event("account-1", 2);
    context(Actors.of(client, ACCOUNTS, new JitterRetry()), withdrawn, "command-7");
    Event refunded = event("account-2", 1);
    assertEquals("command-7", refunded.commandId());
    assertEquals("{\"cents\":200}", refunded.data().toUtf8());
    assertEquals(
        Map.of("correlation_id", withdrawn.eventId(), "causation_id", withdrawn.eventId()),
        refunded.metadata());
  }

  private Event event(String actorId, long version) {
    try (Stream<Event> events = aether.client().events(actorId)) {
      return events.filter(event -> event.version() == version).findFirst().orElseThrow();
    }
  }

  @Test
  void theExampleOfThePackageRuns() {
    AetherClient client = aether.client();
    // package
    ActorType<Long, Long> counters =
        ActorType.of(
            0L,
            Long::sum,
            BytesCodec.<Long>of("text/plain")
                .event(
                    "Counted",
                    Long.class,
                    number -> Bytes.utf8(number.toString()),
                    data -> Long.parseLong(data.toUtf8())));
    Actors<Long, Long> actors = Actors.of(client, counters, new JitterRetry());
    Handled<Long, Long> handled = actors.handle("counter-1", sum -> List.of(1L));
    out.println(handled.state() + " at version " + handled.version());
    // end
    assertEquals(List.of("1 at version 1"), printedLines());
  }

  @Test
  void whatIsShownIsWhatRuns() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "actors.md"));
    String description =
        Files.readString(
                Path.of("../client-java/src/main/java/dev/aether/client/actor/package-info.java"))
            .replaceAll("(?m)^ \\* ?", "");

    for (String part : List.of("kind", "use", "context")) {
      assertTrue(plain(guide).contains(shown(part)), part);
    }
    assertTrue(plain(description).contains(shown("package")));
  }

  private static String shown(String part) throws IOException {
    String code = Files.readString(SOURCE);
    int begin = code.indexOf("// " + part + "\n") + part.length() + 4;
    return plain(code.substring(begin, code.indexOf("// end", begin)));
  }

  private static String plain(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }

  private List<String> printedLines() {
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}

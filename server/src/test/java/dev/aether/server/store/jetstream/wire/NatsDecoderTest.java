package dev.aether.server.store.jetstream.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NatsDecoderTest {
  private static final String INBOX = "_INBOX.abc.L0.";

  private final List<String> heard = new ArrayList<>();

  private final NatsDecoder.Listener listener =
      new NatsDecoder.Listener() {
        @Override
        public void onInfo(String json) {
          heard.add("info " + json);
        }

        @Override
        public void onPing() {
          heard.add("ping");
        }

        @Override
        public void onPong() {
          heard.add("pong");
        }

        @Override
        public void onSilence() {
          heard.add("silence");
        }

        @Override
        public void onResponse(long request, byte[] head, byte[] body) {
          String headers = new String(head, UTF_8).replaceAll("\r\n", "|");
          heard.add(request + ": " + headers + new String(body, UTF_8));
        }

        @Override
        public void onTooLong(long request) {
          heard.add(request + ": too long");
        }

        @Override
        public void onNoResponders(long request) {
          heard.add(request + ": nobody");
        }

        @Override
        public void onError(String text) {
          heard.add("error " + text);
        }

        @Override
        public void onBroken(Throwable why) {
          heard.add("broken");
        }
      };

  private EmbeddedChannel channel() {
    return new EmbeddedChannel(new NatsDecoder(INBOX, listener));
  }

  private static void write(EmbeddedChannel to, String text) {
    var unused = to.writeInbound(Unpooled.wrappedBuffer(text.getBytes(UTF_8)));
  }

  @Test
  void whatNatsSendsIsDecodedHoweverItIsCut() {
    String sent =
        "INFO {\"server_id\":\"ü\"}\r\n"
            + "PONG\r\n"
            + "MSG _INBOX.abc.L0.17 1 5\r\nhello\r\n"
            + "HMSG _INBOX.abc.L0.18 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"
            + "PING\r\n+OK\r\n"
            + "MSG _INBOX.abc.L0.900719925474099 1 0\r\n\r\n"
            + "HMSG _INBOX.abc.L0.19 1 22 24\r\nNATS/1.0\r\nA: \r\nB:1\r\n\r\n\r\n\r\n"
            + "-ERR 'Permissions Violation for Publish to \"x\"'\r\n";
    List<String> expected =
        List.of(
            "info {\"server_id\":\"ü\"}",
            "pong",
            "17: hello",
            "18: nobody",
            "ping",
            "900719925474099: ",
            "19: NATS/1.0|A: |B:1||\r\n",
            "error Permissions Violation for Publish to \"x\"");
    byte[] bytes = sent.getBytes(UTF_8);
    for (int piece = 1; piece < bytes.length; piece++) {
      assertHeardInPieces(piece, bytes, expected);
    }
  }

  private void assertHeardInPieces(int piece, byte[] bytes, List<String> expected) {
    heard.clear();
    EmbeddedChannel channel = channel();
    for (int at = 0; at < bytes.length; at += piece) {
      var unused =
          channel.writeInbound(
              Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
    }
    assertEquals(expected, heard, "in pieces of " + piece);
  }

  @Test
  void whatNatsNeverSendsEndsTheConnection() {
    for (String hostile :
        List.of(
            "\n",
            "WHAT\r\n",
            "MSG\r\n",
            "MSG \r\n",
            "MSG _INBOX.abc.L0.1 1 \r\n\r\n",
            "MSG _INBOX.abc.L0.1 1 -1\r\n\r\n",
            "MSG _INBOX.abc.L0.1 1 99999999999\r\n",
            "MSG _INBOX.abc.L0.1 1 99999999999999999999999\r\n",
            "MSG _INBOX.abc.L0. 1 0\r\n\r\n",
            "MSG _INBOX.abc.L0.x 1 0\r\n\r\n",
            "MSG short 1 0\r\n\r\n",
            "HMSG _INBOX.abc.L0.1 1 9 2\r\nab\r\n",
            "HMSG _INBOX.abc.L0.1 1 2\r\nab\r\n",
            "HMSG _INBOX.abc.L0.1 1 3221225472 5\r\nhello\r\n",
            "HMSG _INBOX.abc.L0.1 1 4294967295 5\r\nhello\r\n",
            "MSG _INBOX.abc.L0.1 1 4294967301\r\nhello\r\n",
            "MSG _INBOX.abc.L0.1 2 5\r\nhello\r\n",
            "MSG _INBOX.abd.L0.1 1 5\r\nhello\r\n",
            "MSG _INBOX.abc.L0.1 1 4\r\nhello\r\n",
            "PING\n",
            "x".repeat((1 << 20) + 1))) {
      heard.clear();
      EmbeddedChannel channel = channel();
      write(channel, hostile + "MSG _INBOX.abc.L0.2 1 5\r\nhello\r\n");
      write(channel, "MSG _INBOX.abc.L0.3 1 5\r\nhello\r\n");
      channel.finishAndReleaseAll();
      assertEquals(List.of("broken"), heard, hostile.substring(0, Math.min(60, hostile.length())));
    }
  }

  @Test
  void aResponseThatIsTooLongIsSkipped() {
    int most = NatsDecoder.MAX_RESPONSE;
    byte[] bytes =
        ("MSG _INBOX.abc.L0.1 1 "
                + (most + 1)
                + "\r\n"
                + "x".repeat(most + 1)
                + "\r\nPONG\r\nHMSG _INBOX.abc.L0.2 1 12 "
                + 2 * most
                + "\r\nNATS/1.0\r\n\r\n"
                + "\n".repeat(2 * most - 12)
                + "\r\nMSG _INBOX.abc.L0.3 1 5\r\nhello\r\nMSG _INBOX.abc.L0.4 1 "
                + most
                + "\r\n"
                + "y".repeat(most)
                + "\r\n")
            .getBytes(UTF_8);
    for (int piece : List.of(1, 1000, most, bytes.length)) {
      assertHeardInPieces(
          piece,
          bytes,
          List.of("1: too long", "pong", "2: too long", "3: hello", "4: " + "y".repeat(most)));
    }
  }

  @Test
  void randomBytesNeverGiveAResponse() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      if (random.nextBoolean() && bytes.length > 0) {
        bytes[0] = (byte) (random.nextBoolean() ? 'M' : 'H');
      }
      heard.clear();
      EmbeddedChannel channel = channel();
      var unused = channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      assertTrue(
          heard.stream().noneMatch(each -> each.contains(":")), () -> "seed " + seed + " " + heard);
    }
  }
}

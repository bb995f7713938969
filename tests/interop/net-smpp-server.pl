#!/usr/bin/perl
# A carrier made of Net::SMPP: takes one connection after another, answers every submit, reports it delivered, and sends a
# message of its own back to who says so. Tells on stdout, one line of JSON each, what it read.
use strict;
use warnings;
use IO::Handle;
use Net::SMPP;

STDOUT->autoflush(1);
my $listener = Net::SMPP->new_listen('127.0.0.1', port => $ARGV[0], smpp_version => 0x34)
    or die "cannot listen: $!";
print qq({"ready":true}\n);

my $ids = 0;
while (my $peer = $listener->accept()) {
    $peer->set_version(0x34);
    ${*$peer}{async} = 1;
    ${*$peer}{seq} = 0;
    ${*$peer}{enquire_interval} = 0;
    while (my $pdu = $peer->read_pdu()) {
        my $name = $pdu->explain_cmd();
        my @seq = (seq => $pdu->{seq});
        if ($name eq 'bind_transceiver') {
            print sprintf(qq({"bind":"%s"}\n), $pdu->{system_id});
            $peer->bind_transceiver_resp(@seq, system_id => 'perl');
        } elsif ($name eq 'submit_sm') {
            my $id = sprintf('%08X', 0xA0 + ++$ids);
            print sprintf(qq({"source":"%s","destination":"%s","esmClass":%d,"coding":%d,"octets":"%s"}\n),
                @{$pdu}{qw(source_addr destination_addr esm_class data_coding)}, unpack('H*', $pdu->{short_message}));
            $peer->submit_sm_resp(@seq, message_id => $id);
            my @back = (
                source_addr_ton => 1, source_addr_npi => 1, source_addr => $pdu->{destination_addr},
                dest_addr_ton => 1, dest_addr_npi => 1, destination_addr => $pdu->{source_addr},
            );
            my $text = "id:$id sub:001 dlvrd:001 submit date:2611212230 done date:2611212231 stat:DELIVRD err:000 text:";
            $peer->deliver_sm(@back, esm_class => 4, short_message => $text,
                receipted_message_id => "$id\0", message_state => "\x02");
            $peer->deliver_sm(@back, short_message => 'From Perl') if $pdu->{short_message} eq 'send one back';
        } elsif ($name eq 'enquire_link') {
            $peer->enquire_link_resp(@seq);
        } elsif ($name eq 'unbind') {
            print qq({"unbind":true}\n);
            $peer->unbind_resp(@seq);
            last;
        } elsif ($name eq 'deliver_sm_resp') {
            print sprintf(qq({"answered":%d}\n), $pdu->{status});
        }
    }
    close $peer;
}

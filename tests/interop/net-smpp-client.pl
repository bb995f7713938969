#!/usr/bin/perl
# A customer made of Net::SMPP: binds, submits each text of the command line and asks for its receipt, answers what comes
# until it has a receipt for each and one message of somebody, and unbinds. Tells on stdout, one line of JSON each.
use strict;
use warnings;
use IO::Handle;
use Net::SMPP;

STDOUT->autoflush(1);
my ($port, $from, $to, @texts) = @ARGV;
my ($smpp, $bound) = Net::SMPP->new_transceiver(
    '127.0.0.1', port => $port, smpp_version => 0x34, interface_version => 0x34,
    system_id => 'acme', password => 'secret08', system_type => '', enquire_interval => 0,
) or die "cannot bind: $!";
die 'not bound: ' . $bound->explain_status() if $bound->status;
print qq({"bound":true}\n);

${*$smpp}{async} = 1;
my (%open, $receipts, $inbound);
for my $text (@texts) {
    my $seq = $smpp->submit_sm(
        source_addr_ton => 1, source_addr_npi => 1, source_addr => $from,
        dest_addr_ton => 1, dest_addr_npi => 1, destination_addr => $to,
        registered_delivery => 1, data_coding => 0, short_message => $text,
    );
    $open{$seq} = 1;
}
$receipts = $inbound = 0;
while (%open || $receipts < @texts || !$inbound) {
    my $pdu = $smpp->read_pdu() or die 'the connection ended';
    my $name = $pdu->explain_cmd();
    if ($name eq 'submit_sm_resp') {
        delete $open{$pdu->{seq}};
        print sprintf(qq({"answer":%d,"id":"%s"}\n), $pdu->status, $pdu->message_id);
    } elsif ($name eq 'deliver_sm') {
        $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
        if ($pdu->{esm_class} & 4) {
            $receipts++;
            my ($id, $stat) = $pdu->{short_message} =~ /id:(\S+).*stat:(\S+)/;
            print qq({"receipt":"$id","stat":"$stat"}\n);
        } else {
            $inbound++;
            print sprintf(qq({"inbound":"%s","from":"%s"}\n), $pdu->{short_message}, $pdu->{source_addr});
        }
    } elsif ($name eq 'enquire_link') {
        $smpp->enquire_link_resp(seq => $pdu->{seq});
    }
}
${*$smpp}{async} = 0;
$smpp->unbind();
print qq({"unbound":true}\n);

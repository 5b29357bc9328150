#include "discord_findings.hpp"

#include "discord/permissions.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace ciclo::cli {

namespace {

namespace permission = discord::permission;

constexpr Text no_intent{
    "o bot não pode ver os membros. Abra discord.com/developers/applications, escolha o aplicativo, Bot, e ligue "
    "\"Server Members Intent\"",
    "el bot no puede ver a los miembros. Abra discord.com/developers/applications, elija la aplicación, Bot, y active "
    "\"Server Members Intent\"",
    "the bot cannot see members. Open discord.com/developers/applications, choose the application, Bot, and switch "
    "\"Server Members Intent\" on"};
constexpr Text intent_on{"o bot pode ver os membros (Server Members Intent)",
                         "el bot puede ver a los miembros (Server Members Intent)",
                         "the bot can see members (Server Members Intent)"};
constexpr Text no_manage_roles{
    "o bot não pode dar cargos. No servidor, abra Configurações do servidor > Cargos, escolha o cargo do bot, "
    "Permissões, e ligue \"Gerenciar cargos\"",
    "el bot no puede dar roles. En el servidor, abra Ajustes del servidor > Roles, elija el rol del bot, Permisos, y "
    "active \"Gestionar roles\"",
    "the bot cannot give roles. In the server, open Server Settings > Roles, choose the bot's role, Permissions, and "
    "switch \"Manage Roles\" on"};
constexpr Text manages_roles{"o bot pode dar e tirar cargos", "el bot puede dar y quitar roles",
                             "the bot can give and take roles"};
constexpr Text role_missing{
    "o cargo {0} não existe no servidor. Copie o ID do cargo certo (botão direito no cargo > Copiar ID do cargo) e "
    "corrija a regra do produto",
    "el rol {0} no existe en el servidor. Copie el ID del rol correcto (clic derecho en el rol > Copiar ID de rol) y "
    "corrija la regla del producto",
    "the role {0} does not exist in the server. Copy the right role's id (right click on the role > Copy Role ID) and "
    "correct the product's rule"};
constexpr Text role_everyone{"\"@everyone\" é de todos e não pode ser dado: escolha outro cargo",
                             "\"@everyone\" es de todos y no se puede dar: elija otro rol",
                             "\"@everyone\" is everybody's and cannot be given: choose another role"};
constexpr Text role_managed{"o cargo \"{0}\" pertence a uma integração e ninguém pode dá-lo: escolha outro cargo",
                            "el rol \"{0}\" pertenece a una integración y nadie puede darlo: elija otro rol",
                            "the role \"{0}\" belongs to an integration and nobody can give it: choose another role"};
constexpr Text role_above{
    "o cargo \"{0}\" não está abaixo do cargo do bot. Abra Configurações do servidor > Cargos e arraste o cargo do bot "
    "para cima dele",
    "el rol \"{0}\" no está debajo del rol del bot. Abra Ajustes del servidor > Roles y arrastre el rol del bot por "
    "encima",
    "the role \"{0}\" is not below the bot's role. Open Server Settings > Roles and drag the bot's role above it"};
constexpr Text role_good{"o bot pode dar o cargo \"{0}\"", "el bot puede dar el rol \"{0}\"",
                         "the bot can give the role \"{0}\""};
constexpr Text channel_not_set{
    "nenhum canal escolhido, e sem ele não há convites: copie o ID do canal (botão direito no canal > Copiar ID do "
    "canal) e rode: ciclo setting set welcome_channel_id ID",
    "ningún canal elegido, y sin él no hay invitaciones: copie el ID del canal (clic derecho en el canal > Copiar ID "
    "del canal) y ejecute: ciclo setting set welcome_channel_id ID",
    "no channel is chosen, and without it there are no invites: copy the channel's id (right click on the channel > "
    "Copy Channel ID) and run: ciclo setting set welcome_channel_id ID"};
constexpr Text channel_missing{
    "o canal {0} não existe ou o bot não o vê. Confira o ID; se estiver certo, abra o canal > Editar canal > "
    "Permissões, adicione o cargo do bot e ligue \"Ver canal\"",
    "el canal {0} no existe o el bot no lo ve. Revise el ID; si es correcto, abra el canal > Editar canal > Permisos, "
    "añada el rol del bot y active \"Ver canal\"",
    "the channel {0} does not exist or the bot does not see it. Check the id; if it is right, open the channel > Edit "
    "Channel > Permissions, add the bot's role and switch \"View Channel\" on"};
constexpr Text channel_lacks{
    "no canal \"{0}\" o bot não tem a permissão \"{1}\". Abra o canal > Editar canal > Permissões, adicione o cargo do "
    "bot e ligue essa permissão",
    "en el canal \"{0}\" el bot no tiene el permiso \"{1}\". Abra el canal > Editar canal > Permisos, añada el rol del "
    "bot y active ese permiso",
    "in the channel \"{0}\" the bot lacks the permission \"{1}\". Open the channel > Edit Channel > Permissions, add "
    "the bot's role and switch it on"};
constexpr Text invites_unseen{
    "no canal \"{0}\" o bot não tem a permissão \"Gerenciar canal\" e não vê quem entrou com qual convite: quem "
    "chega só é reconhecido pelo /registrar. Abra o canal > Editar canal > Permissões, adicione o cargo do bot e ligue "
    "essa permissão",
    "en el canal \"{0}\" el bot no tiene el permiso \"Gestionar canal\" y no ve quién entró con qué invitación: "
    "quien llega solo es reconocido por /registrar. Abra el canal > Editar canal > Permisos, añada el rol del bot y "
    "active ese permiso",
    "in the channel \"{0}\" the bot lacks the permission \"Manage Channel\" and does not see who came by which "
    "invite: newcomers are recognised by /registrar only. Open the channel > Edit Channel > Permissions, add the bot's "
    "role and switch it on"};
constexpr Text channel_good{"o canal \"{0}\" está pronto", "el canal \"{0}\" está listo",
                            "the channel \"{0}\" is ready"};
constexpr Text no_registration_channel{
    "/registrar é aceito em qualquer canal (DISCORD_REGISTRATION_CHANNEL_ID vazio)",
    "/registrar se acepta en cualquier canal (DISCORD_REGISTRATION_CHANNEL_ID vacío)",
    "/registrar is taken in any channel (DISCORD_REGISTRATION_CHANNEL_ID is empty)"};

constexpr Text view{"Ver canal", "Ver canal", "View Channel"};
constexpr Text send{"Enviar mensagens", "Enviar mensajes", "Send Messages"};
constexpr Text invite{"Criar convite", "Crear invitación", "Create Invite"};

class Examination {
public:
    Examination(const DiscordSetup& setup, std::string_view locale) : setup_(setup), locale_(locale) {}

    std::vector<Finding> examine()
    {
        const bool sees = setup_.application.sees_members();
        add(sees, "Discord members", sees ? intent_on : no_intent);
        const auto may = discord::guild_permissions(setup_.guild.id, setup_.roles, setup_.bot);
        const bool manages = (may & permission::manage_roles) != 0;
        add(manages, "Discord permissions", manages ? manages_roles : no_manage_roles);
        for (const auto& id : setup_.configured_roles)
            role(id);
        if (setup_.welcome_channel.empty())
            add(false, "welcome channel", channel_not_set);
        else
            welcome_channel();
        if (setup_.registration_channel.empty())
            add(true, "registration channel", no_registration_channel);
        else
            channel("registration channel", setup_.registration_channel, permission::view_channel, view);
        for (const auto& id : setup_.announcement_channels)
            channel("announcements", id, permission::send_messages, send);
        return std::move(findings_);
    }

private:
    template <class... Values>
    void add(bool is_right, std::string what, const Text& text, const Values&... values)
    {
        findings_.push_back({is_right, std::move(what), fmt::format(fmt::runtime(text.in(locale_)), values...)});
    }

    void role(const std::string& id)
    {
        const auto found =
            std::find_if(setup_.roles.begin(), setup_.roles.end(), [&](const auto& one) { return one.id == id; });
        if (id == setup_.guild.id)
            add(false, "Discord role", role_everyone);
        else if (found == setup_.roles.end())
            add(false, "Discord role", role_missing, id);
        else if (found->managed)
            add(false, "Discord role", role_managed, found->name);
        else if (found->position >= discord::top_position(setup_.roles, setup_.bot))
            add(false, "Discord role", role_above, found->name);
        else
            add(true, "Discord role", role_good, found->name);
    }

    void welcome_channel()
    {
        const std::string what = "welcome channel";
        const auto* found = find_channel(setup_.welcome_channel);
        const auto may = found == nullptr ? 0 : permissions_in(*found);
        constexpr auto needed = permission::view_channel | permission::create_instant_invite;
        // Discord tells of an invite's use only those who manage its channel.
        if ((may & needed) == needed && (may & permission::manage_channels) == 0)
            return add(false, what, invites_unseen, found->name);
        channel(what, setup_.welcome_channel, permission::create_instant_invite, invite);
    }

    const discord::Channel* find_channel(const std::string& id) const
    {
        const auto found =
            std::find_if(setup_.channels.begin(), setup_.channels.end(), [&](const auto& one) { return one.id == id; });
        return found == setup_.channels.end() ? nullptr : &*found;
    }

    std::uint64_t permissions_in(const discord::Channel& channel) const
    {
        return discord::channel_permissions(setup_.guild.id, setup_.roles, setup_.bot, channel);
    }

    void channel(const std::string& what, const std::string& id, std::uint64_t needed, const Text& needed_name)
    {
        const auto* found = find_channel(id);
        if (found == nullptr)
            return add(false, what, channel_missing, id);
        const auto may = permissions_in(*found);
        if ((may & permission::view_channel) == 0)
            return add(false, what, channel_lacks, found->name, view.in(locale_));
        if ((may & needed) == 0)
            return add(false, what, channel_lacks, found->name, needed_name.in(locale_));
        add(true, what, channel_good, found->name);
    }

    const DiscordSetup& setup_;
    std::string_view locale_;
    std::vector<Finding> findings_;
};

} // namespace

std::vector<Finding> examine_discord(const DiscordSetup& setup, std::string_view locale)
{
    return Examination{setup, locale}.examine();
}

} // namespace ciclo::cli
